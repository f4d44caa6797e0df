"""The words of the tab Film."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FilmTexts:
    """What is said where films are coloured."""

    film_tab: str = "Film"
    film_lead: str = (
        "A film in black and white, up to {seconds} seconds and {lines} lines. You see the first "
        "frame of each scene in colour and correct what is wrong; then the film is coloured. It "
        "keeps its picture in black and white as it was, and its sound."
    )
    film_file: str = "Your film"
    film_empty: str = "The first frame of your film will appear here in colour."
    film_start: str = (
        "Wrong somewhere? Click the place in the picture, or draw over it. It holds for the scene."
    )
    film_surface: str = (
        "The first frame of a scene in colour. Arrow keys move a cursor, Enter offers colours for "
        "the place; plus, minus and 0 zoom."
    )
    film_scenes: str = "Scenes"
    film_scene: str = "Scene {number}, from {time}"
    film_corrected: str = "{count} corrected"

    film_button: str = "Colour the film"
    film_stop: str = "Stop and keep it"
    film_progress: str = "How far the film is"
    film_waiting: str = "Waiting for a turn: one film is worked on at a time."
    film_looking: str = "Looking for scenes: {done} of about {total} frames."
    film_colouring: str = "The first frames of the scenes are being coloured: {done} of {total}."
    film_looked: str = "{frames} frames. Correct what is wrong, then colour the film."
    film_many: str = "The film has {count} scenes; the first {most} can be corrected."
    film_first: str = "The first frames are being coloured."
    film_left: str = "{done} of {total} frames, {rate} a second, about {left} left."
    film_ready: str = "The film is being made ready to be played."
    film_done: str = "Done: {done} frames are in colour."
    film_stopped: str = "Stopped: {done} frames are in colour, with their sound."

    film_played: str = "The film in colour"
    film_border: str = "Border between grey and colour"
    film_share: str = "in colour"
    film_download: str = "Download the film with its sound"
    film_by: str = "Coloured by {model}, revision {revision}: {frames} frames in {time}."

    no_film: str = "There is no film yet. Drop one in."
    film_gone: str = "Films are deleted here after an hour, this one too. Please choose it again."
