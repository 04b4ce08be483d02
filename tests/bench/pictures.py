"""Landings for the benchmark: the real pictures, repeated under other names, as files of their own."""

import shutil
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from PIL import Image


class MissingPicturesError(Exception):
    """There are no pictures or weights to measure with; the message is one sentence."""


@dataclass(frozen=True)
class Pictures:
    """`fruits`: the folder of real pictures and weights. `landings`: where landings are made; each is made once."""

    fruits: Path
    landings: Path

    def __post_init__(self) -> None:
        for needed in (self.fruits / "images", self.fruits / "photos", self.weights):
            if not needed.exists():
                raise MissingPicturesError(f"{needed} is missing; name the folder of fruit pictures with --fruits")

    @property
    def weights(self) -> Path:
        """The real weights."""
        return self.fruits / "weights" / "mobilenet_v2_1.0_224_no_top.weights.h5"

    def small(self, count: int) -> Path:
        """A landing of `count` pictures of 100 x 100, over all labels alike."""
        return self._landing(f"small-{count}", self._by_turns(), count)

    def photos(self, count: int) -> Path:
        """A landing of `count` photos of 8 to 12 megapixels, with as many small pictures."""
        landing = self._landing(f"photos-{count}", sorted((self.fruits / "photos").glob("*.jpg")), count)
        return self._landing(landing.name, self._by_turns(), count)

    def cropped(self, count: int) -> Path:
        """A landing of `count` photos of at least 8 megapixels, each cropped and encoded in its own way."""
        photos = sorted((self.fruits / "photos").glob("*.jpg"))
        landing = self.landings / f"cropped-{count}" / "Photos"
        landing.mkdir(parents=True, exist_ok=True)
        for index in range(count - len(list(landing.iterdir())), 0, -1):
            number = count - index
            with Image.open(photos[number % len(photos)]) as photo:
                off = 2 * (number // len(photos))  # pixels cut off at the left and at the top
                part = photo.crop((off, off, photo.width, photo.height))
                part.save(landing / f"{number}.jpg", quality=80 + number % 16)
        return landing.parent

    def pngs(self, count: int) -> Path:
        """The same with PNGs, made from the biggest photos."""
        made = self.landings / "made"
        if not made.exists():
            made.mkdir(parents=True)
            photos = sorted((self.fruits / "photos").glob("*.jpg"), key=_pixels)[-4:]
            for photo in photos:
                with Image.open(photo) as image:
                    image.save(made / f"{photo.stem}.png", compress_level=1)
        landing = self._landing(f"pngs-{count}", sorted(made.glob("*.png")), count)
        return self._landing(landing.name, self._by_turns(), count)

    def _by_turns(self) -> list[Path]:
        """The first picture of every label, the second of every label, ..."""
        labels = [sorted(label.glob("*.jpg")) for label in sorted((self.fruits / "images").iterdir()) if label.is_dir()]
        return [picture for turn in zip_longest(*labels) for picture in turn if picture is not None]

    def _landing(self, name: str, sources: list[Path], count: int) -> Path:
        """Copies, no links: each has pages of its own in the disk cache, warm because just written."""
        landing = self.landings / name
        for index in range(count):
            source = sources[index % len(sources)]
            target = landing / source.parent.name / f"{index // len(sources)}-{source.name}"
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        return landing


def _pixels(photo: Path) -> int:
    with Image.open(photo) as image:
        return image.width * image.height
