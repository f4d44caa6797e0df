"""A study is prepared: coloured once, frozen, and refused when it was changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pictures import mean_chroma
from PIL import Image

from colorgan.colorizer import full_lightness
from colorgan.errors import PhotoError, SurveyError
from colorgan.survey import study as studies
from colorgan.survey.prepare import prepare
from colorgan.survey.study import DECOY, ORIGINAL


class TestPrepare:
    def test_pictures_are_of_one_size_and_kind_and_say_nothing_else(self, study):
        for photo in study.photos:
            for shown in photo.pictures:
                with Image.open(study.picture(photo.name, shown)) as image:
                    assert image.format == "WEBP"
                    assert image.size == (photo.width, photo.height)
                    assert not {"exif", "xmp", "icc_profile"} & set(image.info)
        assert study.systems[0].revision
        assert len(study.systems[0].sha256) == 64

    def test_a_grey_photo_has_no_original_to_show(self, study):
        pictures = {photo.name: set(photo.pictures) for photo in study.photos}
        assert ORIGINAL not in pictures["old-train.png"]
        assert ORIGINAL in pictures["people-astronaut.png"]
        assert {photo.group for photo in study.photos} == {"people", "things", "old"}

    def test_the_obvious_picture_keeps_the_lightness_and_nothing_else(self, study):
        photo = study.photos[0].name
        decoy, coloured = (
            Image.open(study.picture(photo, shown)).convert("RGB") for shown in (DECOY, "custom-2")
        )
        lightness = [full_lightness(np.asarray(one)) for one in (decoy, coloured)]
        assert (lightness[0] - lightness[1]).abs().mean() < 3
        assert mean_chroma(decoy) > 20

    def test_a_study_comes_back_as_it_was(self, study):
        again = studies.load(study.folder)
        assert again.fingerprint == study.fingerprint
        assert again.photos == study.photos

    def test_a_study_of_the_first_version_opens_with_its_fingerprint(self, tmp_path):
        """Votes name the fingerprint: were it another one now, they would be lost."""
        content = {
            "name": "Old city", "systems": [
                {"name": "custom", "revision": "a1", "sha256": "11"},
                {"name": "pretrained", "revision": "b2", "sha256": "22"},
            ],
            "photos": [{
                "name": "people/anna.jpg", "group": "people", "sha256": "33", "width": 9,
                "height": 6, "in_colour": True, "pictures": {},
            }],
            "sha256": {}, "pairs": 12, "fool": 4,
            "rule": {"catch_failures": 0.25, "side_p": 0.001}, "colorgan": "0.1.0",
        }  # fmt: skip
        (tmp_path / studies.STUDY).write_text(json.dumps(content))
        study = studies.load(tmp_path)
        assert (study.pairs, study.originals) == (12, 4)
        assert study.fingerprint == "322e6640366a0c59"
        studies.save(study)
        assert json.loads((tmp_path / studies.STUDY).read_text()) == content

    @pytest.mark.parametrize("change", ["changed", "lost"])
    def test_changed_pictures_are_refused(self, study, tmp_path, change):
        shutil.copytree(study.folder, tmp_path / "study")
        picture = sorted((tmp_path / "study" / studies.PICTURES).iterdir())[3]
        if change == "lost":
            picture.unlink()
            message = f"lacks its picture .*{picture.name}"
        else:
            picture.write_bytes(picture.read_bytes()[:-1] + b"\7")
            message = f"{picture.name} is not the one that was prepared"
        with pytest.raises(SurveyError, match=message):
            studies.load(tmp_path / "study")

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"name": 3}'])
    def test_a_spoilt_study_is_told(self, tmp_path, content):
        (tmp_path / studies.STUDY).write_text(content)
        with pytest.raises(SurveyError, match="cannot be read"):
            studies.load(tmp_path)
        with pytest.raises(SurveyError, match="holds no study"):
            studies.load(tmp_path / "nowhere")

    def test_nothing_is_left_of_a_study_that_failed(self, sources, tmp_path):
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
        models = [str(sources / name) for name in ("custom-2", "pretrained-2")]
        with pytest.raises(Exception, match=r"broken\.jpg"):
            prepare([str(tmp_path / "photos")], models, tmp_path / "study")
        assert [path.name for path in tmp_path.iterdir()] == ["photos"]

    def test_two_photos_of_one_name_stay_two(self, sources, tmp_path):
        for folder in ("old", "new"):
            (tmp_path / folder).mkdir()
            shutil.copy(sources / "photos" / "old-train.png", tmp_path / folder / "train.png")
        photos = [str(tmp_path / folder) for folder in ("old", "new")]
        models = [str(sources / name) for name in ("custom-2", "pretrained-2")]
        study = prepare(photos, models, tmp_path / "study")
        assert [photo.name for photo in study.photos] == ["train.png", "new/train.png"]

    def test_a_photo_that_cannot_be_read_is_told_as_such(self, sources, tmp_path):
        unreadable = Path("/proc/self/mem")  # even for an administrator
        if not unreadable.exists():
            pytest.skip("This system has no file that nobody can read.")
        models = [str(sources / name) for name in ("custom-2", "pretrained-2")]
        with pytest.raises(PhotoError, match="The photo /proc/self/mem cannot be read"):
            prepare([str(unreadable)], models, tmp_path / "study")

    def test_models_and_lengths_are_checked(self, sources, study, tmp_path):
        photos, one = [str(sources / "photos")], str(sources / "custom-2")
        with pytest.raises(SurveyError, match="at least two models"):
            prepare(photos, [one], tmp_path / "study")
        with pytest.raises(SurveyError, match="named twice"):
            prepare(photos, [one, one], tmp_path / "study")
        with pytest.raises(SurveyError, match="at least one pair"):
            prepare(photos, [one, one], tmp_path / "study", pairs=0)
        with pytest.raises(SurveyError, match="is there already"):
            prepare(photos, [one, one], study.folder)
        with pytest.raises(SurveyError, match="no fewer than 0"):
            prepare(photos, [one, one], tmp_path / "study", originals=-1)

    @pytest.mark.parametrize("name", ["original", "decoy", "None", "coloured", "left", "Tie"])
    def test_models_named_like_an_answer_are_refused(self, sources, tmp_path, name):
        shutil.copytree(sources / "custom-2", tmp_path / name)
        models = [str(sources / "custom-2"), str(tmp_path / name)]
        with pytest.raises(SurveyError, match=f"uses the name {name} for itself"):
            prepare([str(sources / "photos")], models, tmp_path / "study")

    def test_a_study_that_cannot_be_written_is_told(self, sources, tmp_path):
        (tmp_path / "file").touch()
        models = [str(sources / name) for name in ("custom-2", "pretrained-2")]
        with pytest.raises(SurveyError, match="cannot be written"):
            prepare([str(sources / "photos")], models, tmp_path / "file" / "study")
