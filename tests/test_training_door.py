"""The trainer's door as a person uses it: train.py in processes of its own."""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import psutil
import pytest
import torch
import tyro
from conftest import ROOT
from training_runs import losses_of, weights

import train
from colorgan import Colorizer, Restorer, hub
from colorgan.networks import Pix2PixConfig, RestorationConfig, UNetConfig
from colorgan.training.recipes import RECIPES
from colorgan.training.tables import read_table


def command(*arguments):
    return [sys.executable, str(ROOT / "train.py"), *map(str, arguments)]


def in_two_processes(*arguments):
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    return [sys.executable, *launch, *command(*arguments)[1:]]


def run_train(*arguments, **settings):
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=280, **settings
    )


STILL = [  # no batch statistics, no dropout, float32, every step in the table
    *("--generator.levels", 4, "--generator.width", 8, "--generator.no-down-dropout"),
    *("--generator.up-dropout", 0, "--precision", "fp32", "--log-every", 1),
    *("--stages.0.size", 32, "--stages.0.batch", 4),
]


def explanations(words: str) -> dict[str, list[str]]:
    """The words by which a help text explains each option, without its values and its default."""
    text = re.sub("[╭╰][^\n]*|│", " ", words)
    blocks = re.split(r"^ *(?=--)", text, flags=re.MULTILINE)[1:]
    found = {}
    for block in blocks:
        plain = re.sub(r"\(default: [^)]*\)|\(required\)|\[[^]]*\]+|\{[^}]*\}\S*", "", block)
        option, *rest = plain.split()
        told = [w for w in rest if not w.startswith("--") and not re.fullmatch("[A-Z|]+", w)]
        found[option.rstrip(",")] = told
    return found


class TestTheDoor:
    @pytest.mark.slow
    @pytest.mark.parametrize("name", RECIPES)
    def test_each_recipe_trains_resumes_and_gives_a_model_that_can_be_used(
        self, name, training_folder, teacher_weights, portrait, tmp_path, capsys
    ):
        """On random weights of the trunk, since there may be no network here; narrow ones."""
        recipe, folder = RECIPES[name], training_folder
        arguments = [name, "--data", folder, "--val", folder, "--out", tmp_path / "run"]
        if isinstance(recipe.generator, UNetConfig):
            arguments += ["--trunk-weights", "None"]
        if isinstance(recipe.generator, Pix2PixConfig):
            arguments += ["--generator.levels", 5, "--generator.width", 16]
        if hasattr(recipe.critic, "side"):
            arguments += ["--critic.side", 32]
        if recipe.teacher:
            arguments += ["--teacher", "resnet10t", "--teacher-weights", teacher_weights]
        if recipe.losses.trunk:
            arguments += ["--generator.trunk", "resnet10t"]
        for index, stage in enumerate(recipe.stages):
            lasts = "photos" if stage.photos else "epochs"
            photos = 4 if len(recipe.stages) > 1 else 8  # of two steps, the second is resumed
            settings = {"size": 32, "batch": 4, lasts: photos if stage.photos else 0.5}
            for key, value in settings.items():
                arguments += [f"--stages.{index}.{key}", value]
        arguments = [str(argument) for argument in arguments]
        assert train.main([*arguments, "--max-steps", "1"]) == 0
        assert "12 photos; left out: 1 grey, 1 unreadable" in capsys.readouterr().out
        assert train.main([*arguments, "--resume"]) == 0
        with (tmp_path / "run" / "validation.csv").open() as file:
            steps = [int(row["steps"]) for row in csv.DictReader(file)]
        assert steps[0] == 1 and steps[-1] > 1
        user = Restorer if isinstance(recipe.generator, RestorationConfig) else Colorizer
        assert user.from_pretrained(tmp_path / "run")(portrait).size == (512, 512)

    @pytest.mark.slow
    def test_a_killed_run_goes_on_to_the_very_same_losses_and_weights(
        self, training_folder, tmp_path
    ):
        """kill -9 in the middle of the game of two networks, dropout and batch norm included."""
        arguments = [
            *("guler", "--data", training_folder, "--generator.levels", 4, "--generator.width", 8),
            *("--stages.0.size", 32, "--stages.0.batch", 4, "--stages.0.epochs", 10),
            *("--precision", "fp32", "--log-every", 1, "--checkpoint-minutes", 0.005),
            *("--ema-halflife", 20),
        ]
        whole, killed = tmp_path / "whole", tmp_path / "killed"
        assert run_train(*arguments, "--out", whole).returncode == 0
        process = subprocess.Popen(command(*arguments, "--out", killed), stderr=subprocess.DEVNULL)
        table = killed / "metrics.csv"
        while len(read_table(table)) < 12:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = run_train(*arguments, "--out", killed, "--resume")
        assert done.returncode == 0, done.stderr
        expected, found = losses_of(whole), losses_of(killed)
        assert len(found) == len(expected) == 30
        for row, other in zip(expected, found, strict=True):
            assert other == pytest.approx(row, abs=1e-6)
        for name, tensor in weights(killed).items():
            torch.testing.assert_close(tensor, weights(whole)[name], atol=1e-6, rtol=0)

    @pytest.mark.slow
    def test_two_processes_train_a_restorer_too(self, training_folder, tmp_path):
        """Each leaves out other blocks for other crops, and all of them have the same terms."""
        arguments = [
            *("restore", "--data", training_folder, "--out", tmp_path, "--stages.1.photos", 0),
            *("--generator.width", 8, "--stages.0.size", 32, "--stages.2.photos", 0),
            *("--stages.0.batch", 4, "--stages.0.photos", 40, "--log-every", 1),
        ]
        done = subprocess.run(
            in_two_processes(*arguments), capture_output=True, text=True, timeout=280
        )
        assert done.returncode == 0, done.stderr
        rows = losses_of(tmp_path)
        assert len(rows) == 10 and all({"details", "tones", "tell"} <= set(row) for row in rows)

    @pytest.mark.slow
    def test_two_processes_learn_as_one_does_and_one_goes_on_alone(self, training_folder, tmp_path):
        arguments = [
            *("pix2pix-lab", "--data", training_folder, *STILL, "--stages.0.kind", "generator"),
            *("--learning-rate", 2e-5),
        ]
        one, two = tmp_path / "one", tmp_path / "two"
        assert run_train(*arguments, "--out", one, "--max-steps", 24).returncode == 0
        done = subprocess.run(
            in_two_processes(*arguments, "--out", two, "--max-steps", 20),
            capture_output=True,
            text=True,
            timeout=280,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        assert done.returncode == 0, done.stderr
        for words in ("The model is in", "photos; left out"):
            assert done.stdout.count(words) == 1, "only the first process speaks"
        alone = run_train(*arguments, "--out", two, "--max-steps", 24, "--resume")
        assert alone.returncode == 0, alone.stderr
        expected, found = losses_of(one), losses_of(two)
        assert len(found) == 24
        for row, other in zip(expected, found, strict=True):
            assert other == pytest.approx(row, rel=1e-4)

    @pytest.mark.slow
    def test_ctrl_c_in_one_of_two_processes_stops_both(self, training_folder, tmp_path):
        process = subprocess.Popen(
            in_two_processes(
                *("pix2pix-lab", "--data", training_folder, *STILL, "--out", tmp_path / "run")
            ),
            stderr=subprocess.PIPE,
            text=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        while not read_table(tmp_path / "run" / "metrics.csv"):
            assert process.poll() is None
            time.sleep(0.05)
        psutil.Process(process.pid).children()[-1].send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=60)
        stops = [line for line in words.splitlines() if "train.py: Stopped after" in line]
        assert len({line.split("train.py: ")[1] for line in stops}) == 1
        hub.load(tmp_path / "run")

    def test_ctrl_c_saves_and_says_how_to_go_on(self, training_folder, tmp_path):
        arguments = ["pix2pix-lab", "--data", training_folder, *STILL, "--out", tmp_path]
        process = subprocess.Popen(
            command(*arguments), stderr=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL
        )
        while not read_table(tmp_path / "metrics.csv"):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "--resume" in words.splitlines()[-1] and "Traceback" not in words
        assert (tmp_path / "report.html").is_file()
        hub.load(tmp_path)

    def test_an_unknown_option_or_recipe_is_an_error(self, training_folder, tmp_path):
        options = ("--data", training_folder, "--out", tmp_path)
        for arguments in (
            ["light", *options, "--colour", "3"],
            ["no-such-recipe", *options],
            ["light", *options, "--log", "diary"],
        ):
            assert run_train(*arguments).returncode == 2

    @pytest.mark.parametrize(
        ("name", "arguments", "status", "words"),
        [
            ("light", ["--losses.huber", "0"], 2, "has no loss"),
            ("light", ["--stages.0.photos", "-1"], 2, "fewer than 0"),
            ("light", ["--generator.zooms", "0"], 2, "zooms must be"),
            ("light", ["--stream", "--groups", "faces"], 2, "A stream has no groups"),
            ("flickr-lab", ["--stages.0.size", "64"], 2, "judges pictures of 256 pixels"),
            ("light", ["--precision", "fp16"], 1, "fp16 needs a CUDA GPU"),
            ("light", ["--log", "trackio"], 1, "run `pip install trackio`"),
            ("light", ["--resume"], 1, "nothing to resume"),
            (
                "light",
                ["--val", "no-such-folder", "--trunk-weights", "None"],
                1,
                "no file or folder",
            ),
        ],
    )
    def test_what_cannot_be_is_said_in_one_sentence_before_photos_are_read(
        self, name, arguments, status, words, training_folder, tmp_path, capsys, monkeypatch
    ):
        if words == "run `pip install trackio`":
            monkeypatch.setattr("colorgan.training.start.find_spec", lambda name: None)
        options = (name, "--data", training_folder, "--out", tmp_path / "run", *arguments)
        assert train.main([str(option) for option in options]) == status
        out, complaint = capsys.readouterr()
        assert complaint.startswith("train.py: ") and complaint.count("\n") == 1
        assert words in complaint and "photos; left out" not in out
        assert not (tmp_path / "run").exists()

    @pytest.mark.parametrize("name", ["nogan", "landscape"])
    def test_help_explains_every_field(self, name):
        words = run_train(name, "--help").stdout
        for field in ("--losses.huber", "--stages.0.size", "--critic.width", "--ema-halflife"):
            assert field in words
        assert len(explanations(words)) > 60
        assert [option for option, text in explanations(words).items() if len(text) < 2] == []

    def test_a_field_that_is_not_explained_would_be_found(self, capsys):
        @dataclass
        class Bare:
            told: int = 3
            """Steps until the end."""
            untold: int = 3

        with pytest.raises(SystemExit, match="0"):
            tyro.cli(Bare, args=["--help"])
        found = explanations(capsys.readouterr().out)
        assert found["--told"] == ["Steps", "until", "the", "end."] and found["--untold"] == []

    def test_an_empty_folder_is_said_in_one_line(self, tmp_path):
        done = run_train("light", "--data", tmp_path, "--out", tmp_path / "run")
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("train.py: The folder")

    def test_a_report_of_no_run_is_refused(self, tmp_path):
        done = run_train("report", tmp_path)
        assert done.returncode == 1 and "is no run" in done.stderr

    def test_without_network_the_trunk_s_weights_are_asked_for(self, training_folder, tmp_path):
        done = run_train(
            *("light", "--data", training_folder, "--out", tmp_path),
            env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "empty")},
        )
        assert done.returncode == 1
        assert (
            "pretrained weights of the trunk tf_efficientnet_lite2" in done.stderr.splitlines()[-1]
        )
