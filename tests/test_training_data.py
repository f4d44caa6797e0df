"""Photos for training: in memory, streamed, shared among processes, aged."""

import itertools

import numpy as np
import pytest
import torch
from PIL import Image

from colorgan.errors import PhotoError, TrainingError
from colorgan.film import Ageing
from colorgan.training import mixing
from colorgan.training.data import Shard, StoredPhotos, crop, drawn, load_photos
from colorgan.training.pictures import old_prints, pictures
from colorgan.training.streams import StreamedPhotos, open_stream

ALONE = Shard()


@pytest.fixture(scope="module")
def store(training_folder):
    return load_photos([training_folder])


class TestStore:
    def test_grey_and_broken_photos_are_left_out_and_listed(self, store):
        assert len(store) == 12
        assert store.grey == ["grey.png"] and store.unreadable == ["broken.jpg"]

    def test_nothing_to_train_on_is_said(self, training_folder, tmp_path):
        (tmp_path / "grey.png").write_bytes((training_folder / "grey.png").read_bytes())
        with pytest.raises(TrainingError, match="1 are grey"):
            load_photos([tmp_path])

    def test_groups_choose_photos_by_prefix(self, training_folder):
        assert len(load_photos([training_folder], groups=["chelsea"])) == 3

    def test_one_photo_is_enough(self, training_folder, tmp_path):
        path = training_folder / "chelsea-0.png"
        (tmp_path / path.name).write_bytes(path.read_bytes())
        photos = StoredPhotos(load_photos([tmp_path]), seed=0)
        assert next(photos.batches(0, 4, 32)).crops.shape == (4, 3, 32, 32)


class TestBatches:
    def test_no_photo_comes_twice_in_an_epoch(self, store):
        photos = StoredPhotos(store, seed=3)
        for epoch in range(3):
            assert sorted(photos.indices(epoch * 12, 12)) == list(range(12))
        assert photos.indices(0, 12) != photos.indices(12, 12)

    def test_a_batch_depends_on_its_place_alone(self, store):
        first, second = (next(StoredPhotos(store, seed=3).batches(8, 4, 32)) for _ in range(2))
        assert first.crops.shape == (4, 3, 32, 32) and first.crops.dtype == torch.uint8
        assert torch.equal(first.crops, second.crops)
        other = next(StoredPhotos(store, seed=4).batches(8, 4, 32))
        assert not torch.equal(first.crops, other.crops)

    @pytest.mark.parametrize("processes", [2, 3, 6])
    def test_processes_together_see_what_one_sees(self, store, processes):
        photos = StoredPhotos(store, seed=3)
        whole = next(photos.batches(6, 6, 32))
        shares = [next(photos.batches(6, 6, 32, Shard(r, processes))) for r in range(processes)]
        assert torch.equal(torch.cat([share.crops for share in shares]), whole.crops)
        assert [place for share in shares for place in share.places] == whole.places
        assert {share.position for share in shares} == {whole.position}


class TestBalance:
    """Photos named as in the sets of training: GROUP-SOURCE-NUMBER."""

    NAMES = tuple(
        f"{group}-{source}-{number}.png"
        for group, source, count in (
            ("faces", "web", 90),
            ("faces", "club", 10),
            ("ships", "port", 10),
        )
        for number in range(count)
    )

    def shares(self, balance, photos=None):
        plain = np.zeros((32, 32, 3), np.uint8) + np.array([150, 110, 90], np.uint8)
        found = mixing.shares(self.NAMES, photos or [plain] * len(self.NAMES), balance)
        assert found.sum() == pytest.approx(1)
        return found

    def of(self, shares, start):
        return sum(s for s, name in zip(shares, self.NAMES, strict=True) if name.startswith(start))

    def test_photos_of_small_groups_and_sources_come_more_often(self):
        even = self.shares(0.5)
        for small in ("ships", "faces-club"):
            assert self.of(even, small) > 1.5 * 10 / len(self.NAMES)
        one = even * len(self.NAMES)
        assert one.max() <= mixing.MOST * 1.5, "but no photo is learned by heart"

    def test_no_source_has_more_than_a_tenth_where_there_are_enough_others(self):
        names = [f"all-{source}-{i}.png" for source in range(20) for i in range(5)]
        names += [f"all-large-{i}.png" for i in range(900)]
        photos = [np.full((8, 8, 3), 90, np.uint8)] * len(names)
        found = mixing.shares(names, photos, 0.1)
        large = sum(s for s, name in zip(found, names, strict=True) if "large" in name)
        assert large == pytest.approx(mixing.LARGEST, rel=0.01)

    def test_dull_and_gaudy_photos_count_half(self):
        colours = [(150, 110, 90), (100, 100, 100), (255, 0, 0)]
        photos = [np.zeros((32, 32, 3), np.uint8) + np.array(c, np.uint8) for c in colours]
        found = mixing.shares(["a.png", "b.png", "c.png"], photos, 0.5)
        assert found == pytest.approx([0.5, 0.25, 0.25])

    def test_an_epoch_takes_each_photo_as_often_as_its_share_says(self):
        shares = self.shares(0.7)
        drawn_ = np.bincount(drawn(shares, np.random.default_rng(0)), minlength=len(shares))
        assert drawn_.sum() == len(shares)
        assert np.abs(drawn_ - shares * len(shares)).max() < 1

    def test_a_balanced_sequence_depends_on_its_place_alone(self, store):
        photos, again = (StoredPhotos(store, seed=3, balance=0.5) for _ in range(2))
        assert photos.indices(0, 40)[20:] == again.indices(20, 20)
        assert photos.indices(0, 12) != photos.indices(12, 12)


@pytest.fixture(scope="module")
def stream(training_folder):
    opened = open_stream([str(training_folder)])
    settings = {"seed": 1, "scale": (1.0, 1.0), "short_side": 60}
    return lambda shuffled=5: StreamedPhotos(opened, shuffled=shuffled, **settings)


class TestStream:
    def places(self, photos, shard=ALONE, batches=6, batch=2):
        found = itertools.islice(photos.batches(0, batch, 16, shard), batches)
        return [place for one in found for place in one.places]

    def test_bad_photos_are_passed_over_and_said_once_an_epoch(self, stream, capsys):
        places = self.places(stream(), batches=7)[:12]
        assert len(places) == len(set(places)) == 12
        assert all(place < 14 for place in places), "one epoch has 12 good photos of 14"
        words = capsys.readouterr().out
        assert words.startswith("2 photos of the stream are grey or cannot be read: ")
        assert words.count("grey.png") == words.count("broken.jpg") == 1

    @pytest.mark.parametrize("processes", [2, 3])
    def test_no_photo_comes_twice_in_an_epoch_in_any_process(self, stream, processes):
        seen = []
        for rank in range(processes):
            own = self.places(stream(), Shard(rank, processes), batches=4, batch=processes)
            seen += [place for place in own if place < 14]
        assert len(seen) == len(set(seen))

    def test_it_goes_on_from_a_position_as_if_it_had_not_stopped(self, stream):
        batches = list(itertools.islice(stream().batches(0, 4, 16, Shard()), 5))
        again = list(itertools.islice(stream().batches(batches[1].position, 4, 16, Shard()), 3))
        for before, after in zip(batches[2:], again, strict=True):
            assert before.places == after.places and torch.equal(before.crops, after.crops)

    @pytest.mark.parametrize("shard", [ALONE, Shard(1, 2)])
    def test_the_next_stage_goes_on_in_it_without_reading_it_anew(self, stream, shard, monkeypatch):
        """As a stage ends: a batch more was asked for, and another size follows."""
        photos, opened = stream(), []
        monkeypatch.setattr(
            photos, "_decoded", lambda *a: opened.append(a) or StreamedPhotos._decoded(photos, *a)
        )
        first = list(itertools.islice(photos.batches(0, 4, 16, shard), 4))
        following = list(itertools.islice(photos.batches(first[2].position, 2, 24, shard), 3))
        assert len(opened) == 1
        expected = itertools.islice(stream().batches(first[2].position, 2, 24, shard), 3)
        for one, other in zip(following, expected, strict=True):
            assert one.places == other.places and torch.equal(one.crops, other.crops)

    def test_whole_epochs_are_jumped_to_the_same_photos(self, stream):
        jumping, reading = stream(), stream()
        reading.stream = reading.stream._replace(length=None)
        one, other = (next(p.batches(14 * 5 + 3, 4, 16, ALONE)) for p in (jumping, reading))
        assert one.places == other.places and torch.equal(one.crops, other.crops)

    def test_another_epoch_has_another_order(self, stream):
        photos = stream(shuffled=14)
        crops = [one.crops for one in itertools.islice(photos.batches(0, 12, 16, Shard()), 2)]
        assert not torch.equal(*crops)

    def test_a_stream_of_grey_photos_ends_in_a_sentence(self, tmp_path):
        for i in range(4):
            Image.new("L", (40, 40), 60 * i).save(tmp_path / f"{i}.png")
        photos = StreamedPhotos(
            open_stream([str(tmp_path)]), seed=0, scale=(1.0, 1.0), short_side=32, shuffled=8
        )
        with pytest.raises(TrainingError, match="all grey or cannot be read"):
            next(photos.batches(0, 2, 16, Shard()))

    def test_a_folder_without_photos_is_refused(self, tmp_path):
        (tmp_path / "notes.txt").write_text("nothing")
        with pytest.raises(PhotoError, match="holds no photos"):
            open_stream([str(tmp_path)])


def seen_of(crops, places, degrade, seed=0):
    """Crops (N, 3, S, S) as the networks see them."""
    return pictures(
        crops, old_prints(crops.permute(0, 2, 3, 1).numpy(), places, Ageing(degrade), seed)
    )


class TestOldPrints:
    def crops(self):
        rng = torch.Generator().manual_seed(0)
        return torch.randint(256, (64, 3, 16, 16), generator=rng, dtype=torch.uint8)

    def test_a_share_of_the_photos_becomes_old_prints(self):
        for share, low, high in ((0.0, 0, 0), (0.5, 0.3, 0.7), (1.0, 0.95, 1)):
            seen = seen_of(self.crops(), range(64), share)
            changed = (seen.lightness != seen.lab[:, :1]).flatten(1).any(1).float().mean()
            assert low <= changed <= high
            assert seen.lightness.min() >= 0 and seen.lightness.max() <= 100.001

    def test_they_come_with_the_batch_in_memory_or_streamed_alone_or_shared(self, store, stream):
        for photos in (StoredPhotos(store, seed=3), stream()):
            whole = next(photos.batches(0, 6, 32, ALONE, Ageing(0.5)))
            shares = [next(photos.batches(0, 6, 32, Shard(r, 2), Ageing(0.5))) for r in range(2)]
            by_place = {
                place: one.prints.lightness[row]
                for one in shares
                for row, place in enumerate(one.places)
                if one.prints is not None
            }
            assert 0 < whole.prints.lightness.isnan().flatten(1).all(1).sum() < 6
            for place, prints in zip(whole.places, whole.prints.lightness, strict=True):
                if place in by_place:
                    torch.testing.assert_close(by_place[place], prints, equal_nan=True)

    def test_the_true_colours_stay_what_they_were(self):
        seen, plain = (seen_of(self.crops(), range(64), share) for share in (1.0, 0.0))
        assert torch.equal(seen.ab, plain.ab) and torch.equal(seen.rgb, plain.rgb)

    def test_a_photo_s_fate_does_not_depend_on_its_neighbours(self):
        crops = self.crops()
        together = seen_of(crops[:4], [5, 6, 7, 8], 1.0)
        alone = seen_of(crops[2:3], [7], 1.0)
        assert torch.equal(together.lightness[2:3], alone.lightness)
        assert torch.equal(together.new[2:3], alone.new)

    def test_another_seed_makes_other_prints(self):
        first, other = (seen_of(self.crops()[:8], range(8), 1.0, seed) for seed in (0, 1))
        assert not torch.equal(first.lightness, other.lightness)


class TestCrop:
    def test_a_square_larger_than_the_photo_goes_on_as_in_a_mirror(self):
        photo = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
        found = crop(photo, 80, (2.0, 2.0), (1, 2))
        again = crop(
            np.pad(photo, ((20, 20), (10, 10), (0, 0)), "symmetric"), 80, (1.0, 1.0), (1, 2)
        )
        assert found.shape == (80, 80, 3) and np.array_equal(found, again)

    def test_others_stay_on_the_photo(self):
        photo = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
        whole = crop(photo, 40, (1.0, 1.0), (1, 2))
        assert any(np.array_equal(whole, same) for same in (photo, photo[:, ::-1]))
