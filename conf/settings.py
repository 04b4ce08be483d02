"""The settings: one frozen model. Names, types, ranges, defaults and meanings are here and nowhere else."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from conf.cleaning import CleanSource, archive, check_cleaning
from conf.cores import usable_cores
from conf.locations import as_key, as_prefix, as_root, inside, is_s3, normalised
from conf.masking import masked
from conf.values import (
    Bytes,
    Count,
    DecodingBytes,
    Digest,
    ImageFormat,
    Items,
    JavaMemory,
    NotNegative,
    PictureBytes,
    Positive,
    Share,
    Text,
)

Location = Annotated[Text, AfterValidator(normalised)]


def _weights(value: str) -> str:
    return value if value in {"auto", "demo"} else normalised(value)


def _metrics(value: str) -> str:
    if value in {"off", "stdout"}:
        return value
    place = normalised(value)
    if is_s3(place) or not {"/", "."} & set(value):  # a mere word is a mistake: OFF, true, cloudwatch
        raise ValueError("must be off, stdout, or the path of a file such as ./metrics.log")
    return place


class Settings(BaseSettings):
    """All that can be set. Made by `conf.load.load_settings`; made directly, it reads no environment."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix="VERGER_")

    landing: Annotated[Location, AfterValidator(as_prefix)] = Field(
        "landing", description="where pictures land: a folder or s3://bucket/prefix/", validate_default=True
    )
    lake: Annotated[Location, AfterValidator(as_root)] = Field(
        "lake",
        description="root of everything written: a folder or s3://bucket/prefix",
        validate_default=True,
    )
    weights: Annotated[Text, AfterValidator(_weights)] = Field(
        "auto",
        description="MobileNetV2 weights: auto (Keras's own), demo (seeded), or a .weights.h5 or model.zip, also s3://",
    )
    weights_sha256: Digest = Field(
        "", description="SHA-256 that the file of weights must have, in hexadecimal; empty: any file is taken"
    )

    name_patterns: Items[Text] = Field(
        ("*.jpg", "*.jpeg", "*.png", "*.webp", "*.gif", "*.bmp", "*.tif", "*.tiff"),
        description="names that are taken, as shell patterns, in any case",
    )
    hidden_names: bool = Field(False, description="also take names that begin with . or _")
    poll_interval_s: Positive = Field(
        1.0, description="seconds between two listings of the landing, at least: see the limits"
    )
    settle_s: NotNegative = Field(
        0.5,
        description="seconds between the two equal looks that a file in a folder needs before it is taken",
    )

    discover: Literal["list", "events"] = Field(
        "list", description="how new pictures are found: list the landing, or take events of S3 from a queue"
    )
    queue: str = Field("", description="with events: the SQS queue that they come to, by URL or name")
    reconcile_every_h: Positive = Field(
        24.0, description="with events: hours from one listing, which finds what no event told of, to the next"
    )

    trigger_interval_s: Positive = Field(
        1.0, description="seconds from the start of one micro-batch to the next; what a full one left follows at once"
    )
    target_batch_s: Positive = Field(
        20.0, description="seconds that a micro-batch is aimed to take when more waits, by what finished ones took"
    )
    max_objects_per_batch: Count = Field(20_000, description="most pictures in a micro-batch")
    max_bytes_per_batch: Bytes = Field(2 * 2**30, description="most bytes of pictures in a micro-batch (2GiB)")
    cores: Annotated[int, Field(ge=0, le=1024)] = Field(
        0,
        description="cores that a local Spark uses, and tasks of a batch; 0: all of this machine or the cluster",
    )
    driver_memory: JavaMemory = Field("2g", description="memory of the Spark driver's JVM, as Java's -Xmx takes it")

    max_image_bytes: PictureBytes = Field(64 * 2**20, description="most bytes of a picture (64MiB)")
    max_image_pixels: Count = Field(100_000_000, description="most pixels of a picture, width times height")
    max_image_frames: Count = Field(
        1000, description="most frames of an animation, or pages: only the first is decoded, but all are walked through"
    )
    max_aspect_ratio: Annotated[float, Field(ge=1, allow_inf_nan=False)] = Field(
        10_000.0, description="most times that a picture may be longer than wide: a thinner one shows nothing"
    )
    max_metadata_bytes: Bytes = Field(
        16 * 2**20,
        description="most bytes of EXIF, ICC, comments and tables; a piece counts as at least 256 (16MiB)",
    )
    image_formats: Items[ImageFormat] = Field(
        ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"), description="formats that are decoded, told by content"
    )
    exif_orientation: bool = Field(True, description="turn a picture as its EXIF orientation says")
    fetch_timeout_s: Positive = Field(30.0, description="seconds that reading one picture may take")
    read_ahead: Annotated[int, Field(ge=1, le=64)] = Field(
        4, description="reads ahead of a worker's decoder, each of up to 16 small pictures in a row"
    )

    picture_timeout_s: Positive = Field(
        30.0,
        description="seconds that decoding a picture and the model may take; 100 megapixels take up to 7",
    )
    worker_memory: DecodingBytes = Field(
        2 * 2**30,
        description="most memory that decoding may take in a worker (2GiB): 16 bytes a pixel of a WEBP, 8 of others",
    )

    max_attempts: Count = Field(6, description="attempts at a picture before it is rejected")
    retry_backoff_s: NotNegative = Field(
        5.0, description="seconds before the second attempt, doubled for each one after it, up to 300"
    )
    drain_wait_s: NotNegative = Field(
        600.0, description="seconds without progress that --drain waits for retries and unfinished files"
    )
    stop_grace_s: NotNegative = Field(60.0, description="seconds that a stopping stream may take for its running batch")

    clean_source: CleanSource = Field(
        "off", description="what becomes of pictures that have their row: off, move, delete, or tag (verger=done, S3)"
    )
    clean_after_h: Annotated[float, Field(ge=0, le=1e6)] = Field(
        168.0, description="hours after its row that a picture stays as it is"
    )
    clean_to: Annotated[str, AfterValidator(archive)] = Field(
        "", description="with move: where to, a folder or s3://bucket/prefix/"
    )

    metrics: Annotated[Text, AfterValidator(_metrics)] = Field(
        "off", description="where metrics go, a line of JSON a batch, as CloudWatch takes it: off, stdout, or a file"
    )
    metrics_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]{1,128}$")] = Field(
        "verger", description="their dimension Name, which tells one stream from another"
    )
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="port on which the stream shows them to Prometheus; 0: none"
    )
    metrics_host: Text = Field("127.0.0.1", description="address of that port; 0.0.0.0: every one of this machine's")

    model_id: Text = Field(
        "auto", description="model whose features the refit takes; auto: the one that most current pictures have"
    )
    k: Annotated[int, Field(ge=1, le=1280)] = Field(4, description="components of the PCA")
    variance_target: Share = Field(
        0.0, description="share of the variance that the components must explain, as few as do; 0: take k of them"
    )
    full_every: Annotated[int, Field(ge=0)] = Field(
        7, description="every so many refits all is computed anew and compared with the incremental result; 0: never"
    )
    plot_key: Annotated[Text, AfterValidator(as_key)] = Field(
        "ACP/pca_plot.png",
        description="where the latest plot is copied to: a key in the lake's bucket, or below it",
    )
    report_thumbnails: Annotated[int, Field(ge=0, le=5000)] = Field(
        2500, description="most small pictures in the page of a refit, 1 KB each; 0: none"
    )
    drift_angle_deg: Annotated[float, Field(ge=0, le=90)] = Field(
        30.0, description="warn if the components turned by more than this since the last refit, in degrees"
    )
    drift_captured_loss: Share = Field(
        0.05, description="warn if the last components miss more than this share of what as many new ones capture"
    )
    drift_mean_shift: NotNegative = Field(
        0.1, description="warn if the mean of the features moved by more than this many standard deviations"
    )
    drift_eigengap: Share = Field(
        0.01, description="warn if the last component's variance is less than this share above the next one's"
    )
    drift_label_loss: Share = Field(0.5, description="warn if a label lost more than this share of its pictures")

    def worker_cores(self) -> int:
        """Cores that a local Spark uses: `cores`, with 0 resolved to those that this process may use."""
        return usable_cores(self.cores)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in: `load_settings` has merged the sources, to know where a value is from."""
        return (init_settings,)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        """Python takes true for 1; a setting doesn't."""
        if isinstance(value, bool) and cls.model_fields[str(info.field_name)].annotation is not bool:
            raise ValueError("must be a number or a text, not true or false")
        return value

    @model_validator(mode="after")
    def _landing_and_lake_are_apart(self) -> "Settings":
        """Else the tables would be listed as pictures, or pictures removed with the tables."""
        if inside(self.lake, self.landing) or inside(self.landing, self.lake):
            raise ValueError(
                f"landing = {masked(self.landing)!r} and lake = {masked(self.lake)!r} are the same or one is "
                "inside the other: set them to places apart, such as data/landing and data/lake"
            )
        return self

    @model_validator(mode="after")
    def _cleaning_fits(self) -> "Settings":
        check_cleaning(self.clean_source, self.clean_to, self.landing, self.lake)
        return self
