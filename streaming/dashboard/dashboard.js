const EVERY_MS = 3000;
let last = null; // what the server said last
let code = "";
let failures = 0;

function ago(seconds) {
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    if (seconds >= 2 * length) return `${Math.round(seconds / length)} ${unit}`;
  }
  return `${Math.max(0, Math.round(seconds))} s`;
}
const since = (text) => `${ago((Date.now() - Date.parse(text)) / 1000)} ago`;

async function ask(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(30000) });
  const facts = await answer.json();
  if (!answer.ok) throw new Error(facts.error || answer.statusText);
  return facts;
}

// Rows are replaced only when they differ, so that a selection or a button under the pointer stays.
const before = new Map();
function changed(name, facts) {
  const text = JSON.stringify(facts);
  if (before.get(name) === text) return false;
  before.set(name, text);
  return true;
}

function drawTiles(now) {
  const all = now.codes.reduce((sum, found) => sum + found.count, 0);
  const oldest = now.oldest_pending_s === null ? "nothing waits" : `the oldest for ${ago(now.oldest_pending_s)}`;
  const retries = now.deferred ? `, ${count(now.deferred)} to be tried again` : "";
  const late = now.pending && !now.working ? "warn" : "";
  const batch = now.last_batch;
  const error = now.last_error;
  const rate = now.per_second;
  $("tiles").replaceChildren(
    tile("With features", count(now.ok), `of ${plural(now.versions, "object version")}`),
    tile("Pending", count(now.pending), oldest + retries, late),
    tile("Pictures a second", rate >= 10 || rate === 0 ? count(Math.round(rate)) : rate.toFixed(1), "over the last minute"),
    tile("Rejected", count(all), now.codes.slice(0, 3).map((found) => `${found.code} ${count(found.count)}`).join(", ")),
    tile("Last batch", batch ? since(batch.at) : "none yet", batch ? plural(batch.rows, "row") : ""),
    tile("Last error", error ? error.code.replaceAll("_", " ") : "none", error ? `${since(error.at)}: ${error.detail}` : "in the latest rows"),
  );
}

function notice(mood, text) {
  return make("div", `notice ${mood}`, text);
}

function drawNotices(now) {
  const notes = now.problems.map((text) => notice(text.includes("law is broken") ? "bad" : "warn", text));
  if (now.law_holds === false && !notes.length) notes.push(notice("bad", "The law is broken: run `verger audit`."));
  notes.push(...now.requests.map((text) => notice("good", `Asked for: ${text}`)));
  $("notices").replaceChildren(...notes);
}

function pulse(mood, text) {
  $("pulse").replaceChildren(make("span", `dot ${mood}`), make("span", "", text));
}

function drawCharts(now) {
  const found = now.window;
  if (!found) return;
  const total = [...found.ok, ...found.rejected, ...found.deferred].reduce((a, b) => a + b, 0);
  const name = $("hours").selectedOptions[0].textContent;
  $("window").textContent = `The last ${name === "1 hour" ? "hour" : name}`;
  $("idle").textContent = total ? `${plural(total, "row")}` : "No picture got a row in this time.";
  const part = found.seconds >= 3600 ? `${+(found.seconds / 3600).toFixed(1)} h` : `${Math.round(found.seconds / 60)} min`;
  $("pace").textContent = `Pictures in each ${part}, times in UTC`;
  const bars = [["ok", "accent"], ["rejected", "bad"], ["deferred", "warn"]].map(([status, tint]) => ({
    type: "bar", name: status, x: found.at, y: found[status], marker: { color: colour(tint) },
    hovertemplate: "%{x|%H:%M}: %{y} " + status + "<extra></extra>",
  }));
  const time = { type: "date", range: [found.at[0], new Date(Date.parse(found.at.at(-1)) + found.seconds * 1000).toISOString()], nticks: 6 };
  const full = { showlegend: true, barmode: "stack", bargap: 0.15, xaxis: { ...time, showgrid: false }, yaxis: { rangemode: "tozero" } };
  Plotly.react("rows", bars, layout(full), STILL);
  const line = (title, percentile, tint) => ({
    type: "scatter", mode: "lines+markers", name: title, x: found.at, y: found.waits[percentile], connectgaps: true,
    line: { color: colour(tint), width: 1.5 }, marker: { size: 4 }, hovertemplate: "%{x|%H:%M}: %{y:.1f} s<extra></extra>",
  });
  const lines = [line("median", "50", "accent"), line("95 of 100 sooner", "95", "blue")];
  Plotly.react("waits", lines, layout({ showlegend: true, xaxis: { ...time, showgrid: false }, yaxis: { rangemode: "tozero" } }), STILL);
}

const MOOD = { ok: "good", rejected: "bad", deferred: "warn" };

function item(row) {
  const box = make("div", "item");
  let picture = make("span", "thumb", "×");
  if (row.status === "ok") {
    picture = make("img", "thumb");
    picture.src = `/thumbnails/${row.seq}`;
    picture.loading = "lazy";
    picture.alt = "";
    picture.addEventListener("error", () => picture.replaceWith(make("span", "thumb", "")), { once: true });
  }
  const words = make("div");
  const top = make("div", "line");
  top.append(make("strong", "", row.label), " ", make("span", `tag ${MOOD[row.status]}`, row.code || row.status));
  const path = make("div", "line soft small", row.path.split("/").at(-1));
  path.title = row.path;
  const size = row.width ? `${row.width} × ${row.height} ${row.format || ""}, ` : "";
  const what = row.status === "ok" ? `${size}${bytes(row.size)}, row after ${ago(row.waited)}` : row.detail;
  const more = make("div", "line soft small", what);
  more.title = what;
  words.append(top, path, more);
  box.append(picture, words);
  return box;
}

function drawLatest(now) {
  if (!changed("latest", now.latest)) return;
  $("latest").replaceChildren(...(now.latest.length ? now.latest.map(item) : [make("p", "soft", "No picture has a row yet.")]));
}

function drawRefits(now) {
  if (!changed("refits", now.refits)) return;
  const rows = now.refits.map((refit) => {
    const row = make("tr");
    const link = make("a", "", "open");
    link.href = `/reports/${encodeURIComponent(refit.id)}`;
    link.target = "_blank";
    link.rel = "noopener";
    const cell = make("td");
    cell.append(link);
    const warnings = make("td", "", refit.warnings.length ? refit.warnings.join("; ") : "none");
    if (!refit.warnings.length) warnings.className = "soft";
    row.append(make("td", "number", utc(refit.at)), make("td", "right", count(refit.n)), make("td", "right", refit.k));
    row.append(make("td", "right", percent(refit.share)), warnings, cell);
    ["When", "Pictures", "Components", "Variance", "Warnings", "Report"].forEach((name, i) => (row.cells[i].dataset.name = name));
    return row;
  });
  $("refits").replaceChildren(...rows);
  $("norefit").textContent = rows.length ? "" : "None yet: run `verger refit`.";
}

// --- rejected pictures

function showCommand(line) {
  $("line").textContent = line;
  $("copy").textContent = "Copy";
  $("command").hidden = false;
}

function drawCodes(now) {
  if (!changed("codes", [now.codes, code])) return;
  const buttons = now.codes.map((found) => {
    const button = make("button", "tag bad", `${found.code} ${count(found.count)}`);
    button.type = "button";
    button.title = found.meaning;
    button.setAttribute("aria-pressed", String(code === found.code));
    button.addEventListener("click", () => {
      code = code === found.code ? "" : found.code;
      drawCodes(last);
      askRejected();
    });
    return button;
  });
  $("codes").replaceChildren(...buttons);
  $("replay").hidden = !code;
}

function rejectedRow(row) {
  const line = make("tr");
  const tag = make("td");
  tag.append(make("span", "tag bad", row.code));
  const cell = make("td", "right");
  const button = make("button", "", "Replay");
  button.type = "button";
  button.addEventListener("click", () => showCommand(row.command));
  cell.append(button);
  line.append(make("td", "path", row.path), tag, make("td", "path", row.detail), make("td", "soft number", utc(row.at)), cell);
  return line;
}

let asked = 0;
async function askRejected() {
  const mine = ++asked;
  const found = await ask(`/rejected?${new URLSearchParams({ code, text: $("find").value })}`);
  if (mine !== asked || !changed("rejected", found)) return;
  const latest = found.rows.length < found.total ? `, the latest ${count(found.rows.length)} are listed` : "";
  $("why").textContent = found.total ? `${plural(found.total, "row")}${latest}` : "None fits.";
  $("rejected").replaceChildren(...found.rows.map(rejectedRow));
}

let typing = 0;
$("find").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => askRejected().catch(failed), 200);
});
$("replay").addEventListener("click", () => showCommand(last.codes.find((found) => found.code === code).command));
$("close").addEventListener("click", () => ($("command").hidden = true));
$("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText($("line").textContent);
  $("copy").textContent = "Copied";
});
$("hours").addEventListener("change", () => refresh());

// --- again and again

function failed(error) {
  failures += 1;
  const away = error instanceof TypeError || error.name === "TimeoutError";
  pulse("bad", away ? "the dashboard's server does not answer; what is shown is old" : error.message);
}

async function refresh() {
  try {
    const now = await ask(`/now?hours=${$("hours").value}`);
    last = now;
    failures = 0;
    pulse(now.working ? "good" : "", now.working ? "a stream is running" : "no stream is running");
    drawTiles(now);
    drawNotices(now);
    drawCharts(now);
    drawLatest(now);
    drawRefits(now);
    drawCodes(now);
    await askRejected();
    document.body.dataset.ready = "yes";
  } catch (error) {
    failed(error);
  }
}

async function forever() {
  for (;;) {
    if (!document.hidden || !last) await refresh();
    await new Promise((done) => setTimeout(done, EVERY_MS * Math.min(1 + failures, 5)));
  }
}

document.addEventListener("visibilitychange", () => document.hidden || refresh());
whenColoursChange(() => last && drawCharts(last));
forever();
