"""The words of mending a photo in Turkish."""

from __future__ import annotations

from .mending_texts import MendingTexts

MENDING = MendingTexts(
    fill="Eksik yerleri doldur",
    fill_hint=(
        "Yırtık köşeler, delikler ve geniş yarıklar çevrelerinden yumuşakça doldurulur. Hiçbir şey "
        "uydurulmaz: kaybolmuş bir yüz geri gelmez."
    ),
    found="Bulunanlar: {damages}.",
    nothing_found="Hasar bulunmadı; onarılacak bir şey yoktu.",
    damages={
        "blur": "bulanıklık",
        "exposure": "yanlış pozlama",
        "grain": "gren",
        "fading": "solma",
        "uneven fading": "düzensiz solma",
        "silver mirroring": "gümüş yansıması",
        "stains": "lekeler",
        "halftone": "tram noktaları",
        "tape": "yapışkan bant",
        "pen marks": "kalem izleri",
        "dust": "toz",
        "scratches": "çizikler",
        "folds": "kat izleri",
        "moire": "hare deseni",
        "low resolution": "düşük çözünürlük",
        "jpeg": "JPEG blokları",
    },
    filled_one=(
        "1 yer eksikti, fotoğrafın % {percent} kadarı. Resimde çerçevelendi ve çevresinden "
        "dolduruldu."
    ),
    filled=(
        "{count} yer eksikti, fotoğrafın % {percent} kadarı. Resimde çerçevelendiler ve "
        "çevrelerinden dolduruldular."
    ),
    none_missing="Eksik yer bulunmadı; gözden kaçan yerler fırçayla işaretlenebilir.",
    brush="Eksik yerleri işaretle",
    brush_on=(
        "Eksik olanın üstünü çizin. Ok tuşları imleci taşır, Enter o yeri işaretler; Doldur "
        "düğmesi doldurur."
    ),
    missing="Eksik",
    sound="Eksik değil",
    width="Fırçanın genişliği",
    do_fill="Doldur",
    marked="Eksik diye işaretlendi. Doldur düğmesi doldurur.",
    unmarked="Eksik değil diye işaretlendi. Doldur düğmesi uygular.",
    fill_first="İşaretledikleriniz henüz doldurulmadı. Önce Doldur düğmesine basın.",
    full_up="Bir fotoğraf bundan çok işaret alamaz.",
    whole="Tümü",
    at_one="1:1 boyutta",
    next_change="Sonraki yer",
    close_up=(
        "Fotoğrafınızın eski hali ve onarılmışı; her pikseli ekranın bir pikselidir. Sürükleyin ya "
        "da ok tuşlarını kullanın."
    ),
    change=("Değişiklik {number} / {of}, en büyüğü ilk sırada: soldan % {x}, yukarıdan % {y}."),
)
