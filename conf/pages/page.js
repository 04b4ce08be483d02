"use strict";
// What both pages use. What others named gets into a page by textContent alone.

const $ = (id) => document.getElementById(id);

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = text;
  return element;
}

function tile(name, value, more, mood) {
  const box = make("div", mood ? `tile ${mood}` : "tile");
  box.append(make("div", "name", name), make("div", "value", value));
  if (more) box.append(make("div", "more", more));
  return box;
}

const count = (number) => Number(number).toLocaleString("en");
const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;
const utc = (text) => (text ? `${text.slice(0, 10)} ${text.slice(11, 19)} UTC` : "");
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

function bytes(number) {
  if (number < 1024) return `${number} B`;
  return number < 1048576 ? `${(number / 1024).toFixed(0)} KB` : `${(number / 1048576).toFixed(1)} MB`;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// Plotly's layout in the page's own colours; they are asked for anew when light and dark change.
function layout(more) {
  const axis = { gridcolor: colour("grid"), zerolinecolor: colour("line"), linecolor: colour("line"), automargin: true };
  const plain = {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", margin: { l: 44, r: 12, t: 8, b: 36 },
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("soft") },
    hoverlabel: { bgcolor: colour("card"), bordercolor: colour("line"), font: { color: colour("ink") } },
    legend: { orientation: "h", y: 1.14, x: 0, traceorder: "normal", font: { color: colour("soft") } },
  };
  const { xaxis, yaxis, ...rest } = more || {};
  return { ...plain, ...rest, xaxis: { ...axis, ...xaxis }, yaxis: { ...axis, ...yaxis } };
}

const STILL = { displayModeBar: false, responsive: true, displaylogo: false };

function whenColoursChange(draw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", draw);
}
