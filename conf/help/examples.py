"""What each command's `--help` ends with: how it is called, in a case that occurs."""

EXAMPLES: dict[str, str] = {
    "audit": "verger audit --landing ~/pictures --lake ~/lake --sample 1000",
    "clean": "verger clean --config conf/local.toml --set clean_source=delete",
    "compare": "verger compare s3://old-bucket/Results --lake ~/lake",
    "config": "verger config --config conf/local.toml --set max_attempts=3",
    "convert": "verger convert model.zip --weights ~/mobilenet_v2.weights.h5",
    "dashboard": "verger dashboard --lake ~/lake",
    "demo": "verger demo --folder /tmp/orchard",
    "deploy": "verger deploy --config conf/emr.toml --dry-run",
    "doctor": "verger doctor --landing ~/pictures --lake ~/lake",
    "export": "verger export --lake ~/lake --out features.parquet",
    "forget": "verger forget --config conf/local.toml --path '*/Kiwi/4711*'",
    "refit": "verger refit --lake ~/lake --set k=8",
    "register": "verger register --config conf/emr.toml",
    "replay": "verger replay --lake ~/lake --code truncated --dry-run",
    "report": "verger report --lake ~/lake",
    "rollback": "verger rollback --config conf/emr.toml --dry-run",
    "show": "verger show Kiwi/4711.jpg --landing ~/pictures --lake ~/lake",
    "status": "verger status --lake ~/lake || echo 'look at it'",
    "stream": "verger stream --landing ~/pictures --lake ~/lake --drain",
    "upgrade": "verger upgrade --lake ~/lake",
}
