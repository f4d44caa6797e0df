"""Colours that come from other photos, in Turkish."""

from __future__ import annotations

from .reference_texts import ReferenceTexts

REFERENCES = ReferenceTexts(
    title="Bu fotoğraftaki gibi renkler",
    hint=(
        "Aynı odanın, üniformanın ya da kişinin renkli bir fotoğrafı. Sizinkinde ona benzeyen ne "
        "varsa onun renklerini alır."
    ),
    choose="Renkli bir fotoğrafı buraya bırakın ya da seçmek için tıklayın",
    add="Renkli bir fotoğraf ekle",
    strength="Bu renklerin ne kadarı alınsın",
    percent="% {percent}",
    chosen="Renklerin alındığı fotoğraflar",
    photo_alt="Renkler {name} fotoğrafından alınıyor",
    take_away="{name} fotoğrafını kaldır",
    coming="Renkli fotoğraf okunuyor.",
    came="Renklerin alındığı fotoğraf sayısı: {count}.",
    not_sent="{name} ulaşmadı. Çok büyük olabilir; daha küçüğünü deneyin.",
    from_it="Renkli fotoğrafınızdan",
    place_in_it="{name} fotoğrafında bu rengi taşıyan yere tıklayın",
    from_there="{name} fotoğrafındaki gibi",
    found="Fotoğrafın % {percent} kadarı renkli fotoğrafta benzerini buldu.",
    found_in_several="Fotoğrafın % {percent} kadarı {count} renkli fotoğrafta benzerini buldu.",
    unlike="İçinde renkli fotoğrafa benzeyen bir şey yok; o olmadan renklendirildi.",
    together="Aynı şeylere aynı renkler",
    together_hint=(
        "Bütün fotoğraflar birlikte: birinde kahverengi olan palto ötekinde de kahverengi olur. "
        "İki kat uzun sürer."
    ),
    looking="{done} / {total}: önce bütün fotoğraflara bakılıyor.",
    correct_hint=(
        "Biri yanlış mı? O fotoğrafı Renklendir sekmesinde düzeltin, indirin, dosyayı buraya "
        "getirin. Başka hangilerinin değişeceğini, değişmeden önce görürsünüz."
    ),
    bring_corrected="Düzeltilmiş bir fotoğraf getir",
    would_change="Düzelttiğiniz {name} şunları da değiştirir ({count}):",
    would_not="Düzelttiğiniz {name} başka hiçbir fotoğrafı değiştirmez.",
    apply="Albüme uygula",
    changing="{total} fotoğraftan {done} tanesi yeniden renklendirildi.",
    grey="{name} gri: verecek rengi yok. Renkli bir fotoğraf seçin.",
    one_tint=("{name} eski baskılar gibi tek tonlu: verecek rengi yok. Renkli bir fotoğraf seçin."),
    no_corrections=(
        "{name} düzeltme taşımıyor. Fotoğrafı Renklendir sekmesinde düzeltin, indirin ve o dosyayı "
        "getirin."
    ),
    not_of_album="{name} bu albümün bir fotoğrafını göstermiyor.",
    album_gone="Bu albüm artık burada tutulmuyor. Lütfen yeniden renklendirin.",
    too_many="Renkler en çok {most} fotoğraftan alınabilir; ilk {most} tanesi alındı.",
)
