"""Which source wins, where a value is from, and the sentence for each mistake."""

from pathlib import Path

import pytest

from conf.errors import SettingsError
from conf.load import load_settings
from conf.settings import Settings

LISTS = ["*.jpg,*.png", " *.jpg , *.png ,", '["*.jpg", "*.png"]']


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    file = tmp_path / "some.toml"
    file.write_text("cores = 1\nread_ahead = 1\nmax_attempts = 1\npoll_interval_s = 1\n")
    return file


def problem(config: str | None = None, **settings: object) -> str:
    """The sentence that loading raises."""
    with pytest.raises(SettingsError) as caught:
        load_settings(config, settings)
    return str(caught.value)


def test_without_anything_all_is_default() -> None:
    resolved = load_settings()
    assert resolved.settings == Settings()
    assert set(resolved.origin.values()) == {"default"}


def test_flags_win_over_assignments_over_environment_over_toml(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CORES", "READ_AHEAD", "MAX_ATTEMPTS"):
        monkeypatch.setenv(f"VERGER_{name}", "2")
    resolved = load_settings(str(toml), {"cores": 4, "lake": None}, ["cores=3", "read-ahead=3"])
    settings = resolved.settings
    values = (settings.cores, settings.read_ahead, settings.max_attempts, settings.poll_interval_s)
    assert values == (4, 3, 2, 1.0)
    names = ("cores", "read_ahead", "max_attempts", "poll_interval_s", "lake")
    assert [resolved.origin[name] for name in names] == [
        "--cores",
        "--set read_ahead",
        "VERGER_MAX_ATTEMPTS",
        str(toml),
        "default",
    ]


@pytest.mark.parametrize("written", LISTS)
def test_lists_in_the_environment_are_json_or_have_commas(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGER_NAME_PATTERNS", written)
    assert load_settings().settings.name_patterns == ("*.jpg", "*.png")


@pytest.mark.parametrize(("written", "stored"), [("2GiB", 2**31), ("500MB", 500_000_000), (7000, 7000), ("1024", 1024)])
def test_bytes_may_have_a_unit(written: object, stored: int) -> None:
    assert load_settings(flags={"max_image_bytes": written}).settings.max_image_bytes == stored


def test_variables_of_failpoints_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGER_FAILPOINT_AFTER_LEDGER", "1")
    assert load_settings().settings == Settings()


@pytest.mark.parametrize("name", ["local", "emr"])
def test_the_toml_files_that_we_ship_load(name: str) -> None:
    assert load_settings(str(Path(__file__).parents[2] / "conf" / f"{name}.toml"))


def test_misspelled_variable_is_named_with_a_guess_and_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VERGER_LAEK", "hunter2")
    assert problem() == "the environment has an unknown variable, VERGER_LAEK: did you mean VERGER_LAKE?"


def test_a_file_in_a_variable_is_told_to_be_a_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGER_CONFIG", "conf/emr.toml")
    assert problem() == "VERGER_CONFIG is no setting: give the file with --config FILE, and remove the variable."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"poll_intervall_s = 1", ["poll_intervall_s", "did you mean poll_interval_s?"]),
        (b"[stream]\ncores = 1", ["unknown setting, stream", "verger config"]),
        (b"cores = \n", ["not valid TOML", "line 1"]),
        (b"cores = 1\ncores = 2\n", ["not valid TOML", "line 2"]),
        (b"cores = " + b"1" * 5000, ["not valid TOML", "4300 digits"]),
        (b"cores = " + b"[" * 5000, ["not valid TOML"]),
        (b"\xff", ["not UTF-8"]),
        (b"landing = 3", ["landing = 3", "some.toml", "must be a text"]),
        (b"poll_interval_s = true", ["poll_interval_s = True", "not true or false"]),
        (b'landing = "a\\u0000b"', ["landing", "NUL"]),
        (b"name_patterns = [1]", ["name_patterns = 1", "must be a text"]),
    ],
)
def test_a_bad_toml_is_one_sentence(text: bytes, words: list[str], tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    file.write_bytes(text)
    sentence = problem(str(file))
    assert [word for word in [*words, str(file)] if word not in sentence] == []
    assert "\n" not in sentence


def test_a_file_with_a_byte_order_mark_loads(tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    file.write_bytes(b"\xef\xbb\xbfcores = 3\r\n")
    assert load_settings(str(file)).settings.cores == 3


@pytest.mark.parametrize("config", ["nowhere.toml", ".", "", "gs://b/x.toml", "s3://"])
def test_a_config_that_can_not_be_read_is_one_sentence(config: str) -> None:
    sentence = problem(config)
    assert sentence.startswith(f"--config {config} ")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("poll_interval_s", 0, "must be greater than 0: change it, or leave it out for 1.0"),
        ("poll_interval_s", "nan", "must be a finite number"),
        ("poll_interval_s", "soon", "must be a number"),
        ("settle_s", -1, "must be at least 0"),
        ("reconcile_every_h", 1e12, "must be at most 1e+06"),
        ("settle_s", 1e300, "must be at most 1e+06"),
        ("read_ahead", 65, "must be at most 64"),
        ("cores", "1.5", "must be a whole number"),
        ("cores", -1, "must be at least 0"),
        ("hidden_names", "perhaps", "must be true or false: change it, or leave it out for false"),
        ("max_image_bytes", "two", "must be a number of bytes such as"),
        ("max_bytes_per_batch", 0, "must be at least 1"),
        ("max_image_bytes", 64, "must be at least 1KiB: write bytes, or a unit as in 500MB or 2GiB"),
        ("worker_memory", "4", "must be at least 64MiB: write bytes, or a unit as in 500MB or 2GiB"),
        ("image_formats", "jpeg", "must be 'JPEG', 'PNG'"),
        ("image_formats", ["SVG"], "must be 'JPEG', 'PNG'"),
        ("image_formats", ",", "must not be an empty list"),
        ("image_formats", '["JPEG"', "is not a list in JSON"),
        ("driver_memory", "2", "as Java's -Xmx takes it"),
        ("driver_memory", "100m", "at least 512m"),
        ("landing", "", "must not be empty"),
        ("landing", "gs://b/x", "has the scheme gs://, which is not supported"),
        ("landing", "s3a://b/x", "write s3://b/x"),
        ("landing", "s3:/b/x", "write s3://bucket/prefix"),
        ("landing", "s3:bucket/x", "is no S3 URI: write s3://bucket/prefix"),
        ("lake", "S3//bucket/x", "is no S3 URI: write s3://bucket/prefix"),
        ("clean_to", "s3a:", "is no S3 URI: write s3://bucket/prefix"),
        ("weights", "arn:aws:s3:::bucket/x", "is no S3 URI: write s3://bucket/prefix"),
        ("metrics", "OFF", "must be off, stdout, or the path of a file such as ./metrics.log"),
        ("metrics", "cloudwatch", "must be off, stdout, or the path of a file such as ./metrics.log"),
        ("metrics", "s3://b/metrics.log", "must be off, stdout, or the path of a file such as ./metrics.log"),
        ("landing", "file://host/x", "another machine"),
        ("lake", "s3://b/a/../x", "must not contain //"),
        ("weights", "hdfs://x/y", "has the scheme hdfs://"),
    ],
)
def test_a_bad_value_is_one_sentence_with_name_value_and_source(name: str, value: object, words: str) -> None:
    sentence = problem(None, **{name: value})
    shown = value[0] if isinstance(value, list) else value
    assert sentence.startswith(f"{name} = {shown!r} (--{name.replace('_', '-')}) ")
    assert words in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("landing", ["s3://AKIA:hun/ter2@b/x", "s3a://AKIA:hunter2@b/x", "https://AKIA:hunter2@h/x"])
def test_credentials_in_a_uri_are_refused_and_not_shown(landing: str) -> None:
    sentence = problem(landing=landing)
    assert [part for part in ("hun", "ter2", "AKIA:") if part in sentence] == []


def test_a_long_value_is_cut() -> None:
    assert len(problem(cores="1" * 5000 + "x")) < 300


@pytest.mark.parametrize(
    ("assignment", "words"), [("cores", "write --set KEY=VALUE"), ("corse=1", "did you mean cores?")]
)
def test_a_bad_assignment_is_one_sentence(assignment: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load_settings(assignments=[assignment])
