"""The words of the tab Film in Turkish."""

from __future__ import annotations

from .film_texts import FilmTexts

FILM = FilmTexts(
    film_tab="Filmler",
    film_lead=(
        "En çok {seconds} saniye ve {lines} satırlık siyah beyaz bir film. Her sahnenin ilk "
        "karesini renkli görür, yanlış olanı düzeltirsiniz; sonra filmin tamamı renklendirilir. "
        "Siyah beyaz görüntüsü ve sesi olduğu gibi kalır."
    ),
    film_file="Filminiz",
    film_empty="Filminizin ilk karesi burada renkli görünecek.",
    film_start=(
        "Yanlış bir yer mi var? Resimde o yere tıklayın ya da üzerini çizin. Bütün sahne için "
        "geçerlidir."
    ),
    film_surface=(
        "Bir sahnenin ilk karesi, renkli. Ok tuşları imleci gezdirir, Enter o yer için renk "
        "önerir; artı, eksi ve 0 yakınlaştırır."
    ),
    film_scenes="Sahneler",
    film_scene="Sahne {number}, {time} anından",
    film_corrected="{count} düzeltme",
    film_button="Filmi renklendir",
    film_stop="Dur ve sakla",
    film_progress="Filmin ne kadarı bitti",
    film_waiting="Sıra bekleniyor: filmler birer birer işlenir.",
    film_looking="Sahneler aranıyor: yaklaşık {total} karenin {done} tanesi.",
    film_colouring="Sahnelerin ilk kareleri renklendiriliyor: {done} / {total}.",
    film_looked="{frames} kare. Yanlış olanı düzeltin, sonra filmi renklendirin.",
    film_many="Filmde {count} sahne var; ilk {most} tanesi düzeltilebilir.",
    film_first="İlk kareler renklendiriliyor.",
    film_left="{total} karenin {done} tanesi, saniyede {rate}, yaklaşık {left} kaldı.",
    film_ready="Film oynatılmaya hazırlanıyor.",
    film_done="Bitti: {done} kare renkli.",
    film_stopped="Durduruldu: {done} kare, sesiyle birlikte renkli.",
    film_played="Renkli film",
    film_border="Gri ile renkli arasındaki sınır",
    film_share="renkli",
    film_download="Filmi sesiyle indir",
    film_by="{model}, sürüm {revision}, {frames} kareyi {time} içinde renklendirdi.",
    no_film="Henüz film yok. Bir film bırakın.",
    film_gone="Filmler burada bir saat sonra silinir, bu da silindi. Lütfen yeniden seçin.",
)
