"""The page in Turkish."""

from __future__ import annotations

from .film_turkish import FILM
from .hint_turkish import HINTS
from .mending_turkish import MENDING
from .reference_turkish import REFERENCES
from .texts import SurveyTexts, Texts

SURVEY = SurveyTexts(
    survey_tab="Anket",
    survey_purpose=(
        "Eski fotoğraflara daha iyi renkler verebilmek için insanların hangi renkleri gerçekçi "
        "bulduğunu, hangilerini sevdiğini öğrenmek istiyoruz: yaklaşık beş dakika boyunca resim "
        "çiftleri göreceksiniz. Başlayarak, yanıtlarınızın ve sürelerinin adsız ve adressiz olarak "
        "saklanmasını ve yayımlanabilmesini kabul edersiniz; istediğiniz anda bırakabilirsiniz."
    ),
    survey_begin="Kabul ediyorum, başla",
    survey_practice="Deneme {number}, sayılmaz",
    survey_practised="Deneme bitti. Bundan sonra yanıtlarınız sayılır.",
    survey_place="Çift {number} / {of}",
    survey_progress="Yanıtlanan çiftler",
    survey_real="Hangisi daha gerçek görünüyor?",
    survey_prefer="Hangisini tercih edersiniz?",
    survey_original="Gerçek fotoğraf hangisi?",
    survey_left="Soldaki",
    survey_right="Sağdaki",
    survey_upper="Üstteki",
    survey_lower="Alttaki",
    survey_left_alt="Birinci resim",
    survey_right_alt="İkinci resim",
    survey_cannot_say="Karar veremiyorum",
    survey_waiting="Sunucu şu anda yanıt vermiyor. Hiçbir şey kaybolmadı; yeniden deneniyor.",
    survey_expired="Burada başladığınız anket sona erdi. Yeniden başlayabilirsiniz.",
    survey_thanks="Teşekkürler. Seçimleriniz şöyle dağıldı.",
    survey_was_original="Gerçek fotoğraf",
    survey_was_coloured="Renklendirilmiş olan",
    survey_see_results="Herkesin şimdiye kadarki seçimleri Sonuçlar sekmesindedir.",
    survey_again="Bu cihazda başka biri katılacak",
    results_tab="Sonuçlar",
    results_later=(
        "Sonuçlar, seçimlerinizi etkilemesin diye, ankete katıldıktan sonra burada gösterilir."
    ),
    results_lead=(
        "Şimdiye kadar yanıtları sayılan katılımcılar: {participants}. Çizgi, gerçek değeri "
        "yaklaşık % 95 olasılıkla içeren aralıktır; ortadaki işaret yarıyı gösterir."
    ),
    results_average=(
        "İkiden çok modelde ilk iki sorunun değeri, modelin ortalama güçteki bir modele tercih "
        "edilme olasılığıdır."
    ),
    results_votes="{votes} yanıt",
    results_interval="{low} ile {high} arası",
    results_none="henüz yanıt yok",
)
TURKISH = Texts(
    title="Siyah beyaz fotoğraflara renk",
    lead=(
        "Eski bir fotoğraf getirin, taşımış olabileceği renkleri görün. Fotoğraf keskinliğini ve "
        "boyutunu korur. Renkler bir tahmindir: gerçeğini kimse bilmiyor."
    ),
    photo="Fotoğrafınız",
    photo_hint="Fotoğrafı buraya bırakın, yapıştırın ya da seçmek için tıklayın",
    photo_alt="Seçtiğiniz fotoğraf",
    examples="Ya da bunlardan birini deneyin",
    no_photo="Henüz fotoğraf yok. Bir fotoğraf bırakın ya da bir örnek seçin.",
    photo_gone="Fotoğraflar burada bir saat sonra silinir, bu da silindi. Lütfen yeniden seçin.",
    model="Kim renklendirsin",
    pretrained="Genel",
    pretrained_hint="Genel: her fotoğraf için",
    custom="Özel",
    custom_hint="Özel: her fotoğraf için, gerçek renklere çoğu kez daha yakın",
    strength="Renklerin gücü",
    strength_hint="0 fotoğrafı gri bırakır, 1 tahminin kendisidir, 1,5 daha canlı yapar.",
    advanced="Ayrıntılı ayarlar",
    size="Fotoğrafa ne kadar yakından bakılsın",
    size_hint=(
        "Küçük sayılar bütünü görür, sakin renkler verir; büyük sayılar ayrıntıyı görür, leke "
        "bırakabilir. Sonuç her durumda tam boyuttadır."
    ),
    auto_size="Boyutu benim için seç",
    auto_size_hint=(
        "Fotoğrafa {sizes} pikselde bakar, renkleri ötekilerle en çok uyuşan boyutu seçer."
    ),
    restore="Önce onar",
    restore_hint=(
        "Renklendirmeden önce kat izlerini, çizikleri, greni, bulanıklığı ve solmuş tonları "
        "onarır. Sağlam bir fotoğraf neredeyse hiç değişmez."
    ),
    restore_strength="Ne kadar onarılsın",
    restore_strength_hint="0 fotoğrafı olduğu gibi bırakır, 1 bulduğu her şeyi onarır.",
    restored_title="Yalnız onarım",
    restored_handle="Fotoğrafın eski hali ile onarılmışı arasındaki sınır",
    restored_share="onarılmış",
    restored="Onarılmış",
    restored_by="{model}, sürüm {revision}, {seconds} saniyede onardı.",
    restored_addition="onarılmış",
    mending=MENDING,
    download="Tam boyutta indir",
    file_addition="renkli",
    coloured_by="{model}, sürüm {revision}, {size} pikselde bakıp {seconds} saniyede renklendirdi.",
    about_file="{width} × {height} piksel, {format}.",
    about_deep_file="{width} × {height} piksel, {format}, {bits} bit.",
    about_pages="{count} sayfanın {count} tanesi; burada ilki görünüyor.",
    about_frames="{count} karenin {count} tanesi; burada ilki görünüyor.",
    note="Not: {note}",
    guess="Renkler bir tahmindir.",
    colour_tab="Renklendir",
    colour_button="Bu fotoğrafı renklendir",
    before_and_after="Önce ve sonra",
    empty="Renkli fotoğrafınız burada görünecek.",
    handle="Fotoğrafın eski hali ile renklisi arasındaki sınır",
    share="renkli",
    before="Eski hali",
    after="Renkli",
    doubt="Nerede tahmin ediyor? Kehribar arttıkça daha az emin.",
    doubt_alt="Fotoğrafınız; modelin rengi bilmediği yerler daha kehribar",
    compare_tab="Karşılaştır",
    compare_lead="Aynı fotoğraf: modellerin gördüğü gibi gri, sonra her birinin renkleriyle.",
    compare_button="Karşılaştır",
    grey="Gri",
    grey_alt="Fotoğrafınızın grisi",
    left="Sol",
    right="Sağ",
    compared_frame="Bir sınırın iki yanında iki model",
    compared_handle="İki model arasındaki sınır",
    compared_share="sağdaki",
    compared_empty="Fotoğrafınız iki modelin renkleriyle burada görünecek.",
    compared_alt="Fotoğrafınız, {name} modelin renkleriyle",
    compared_sheet="Paylaşmak için karşılaştırmayı indir",
    album_tab="Albüm",
    album_lead=(
        "Bir kerede en çok {most} fotoğraf: dosya, klasör ya da zip seçin. Her biri adını, "
        "boyutunu ve bilgilerini korur. Renklendirilemeyen fotoğraf listelenir, "
        "ötekileri durdurmaz."
    ),
    album_files="Fotoğraflar ya da fotoğraf dolu zip dosyaları",
    add_files="Dosya ekle",
    album_folder="Klasör seç",
    album_button="Bu fotoğrafları renklendir",
    album_stop="Dur, bitenleri sakla",
    album_progress="Albüm ne kadar ilerledi",
    album_download="Hepsini tam boyutta indir (zip)",
    album_table="Listeyi indir (CSV)",
    album_gallery="Renkli fotoğraflar",
    album_first="0 / {total}: ilk fotoğraf renklendiriliyor.",
    album_left="{done} / {total}, yaklaşık {left} kaldı.",
    album_done="Bitti: {total} fotoğraftan {done} tanesi renkli.",
    album_stopped="Durduruldu: {total} fotoğraftan {done} tanesi renkli.",
    album_rest="geri kalanı",
    album_empty="Henüz fotoğraf yok. Dosya, klasör ya da zip seçin.",
    album_too_many="Bunlar {total} fotoğraf; lütfen bir kerede en çok {most} tane getirin.",
    about_tab="Hakkında",
    how_title="Nasıl çalışıyor",
    how_alt=(
        "Bir çiçeğin dört resmi: gri; iri karelerle aynısı; turuncu ve yeşil yumuşak lekeler; "
        "keskin ve renkli çiçek."
    ),
    how_steps=(
        "Fotoğrafınızda açıklık var, renk yok.",
        "Bir sinir ağı ona küçük boyda bakar.",
        "Binlerce fotoğraf gördüğü için her yerde hangi rengin olası olduğunu söyler.",
        "Bu renkler fotoğrafınızın üstüne serilir; fotoğraf eskisi kadar keskin kalır.",
    ),
    who_title="Kim renklendiriyor, ne kadar iyi",
    figure_names=("Renk hatası", "PSNR, dB", "Renklilik"),
    original="Asılları",
    figures_note=(
        "Hiçbir modelin görmediği {photos} renkli fotoğraf üzerinden ortalamalar: fotoğraflar "
        "griye çevrilip yeniden renklendirildi. Renk hatası CIEDE2000'dir: 0 aslının renkleridir, "
        "1 kadarını göz ancak seçer. Her şeyi gri bırakan bir model grinin değerlerini alırdı."
    ),
    card_title="{model} modelinin kartı",
    no_figures="Bu modellerin ölçümleri Hugging Face Hub'daki sayfalarındadır.",
    limits_title="Neyi bilemez",
    limits_text=(
        "Gri bir fotoğraf, elbisenin kırmızı mı yeşil mi olduğunu söylemez. Modelin gösterdiği bir "
        "tahmindir, belge değildir: gösterirken bunu söyleyin ve kanıt saymayın.\n\n"
        "Renkler çoğu zaman gerçeğinden soluktur. Kırmızı ve mavi şeyler, örneğin giysiler, "
        "arabalar, bayraklar sık sık karışır. Ten, kim olursa olsun, sıcak ve birbirine yakın "
        "çıkar. Modelin öğrendiği fotoğraflarda az bulunan şeyler çoğu kez kahverengi ya da gri "
        "kalır. Giderilmeyen çizikler ve lekeler de ötekiler gibi renklenir."
    ),
    privacy_title="Fotoğraflarınız",
    privacy_text=(
        "Fotoğraflar yalnızca bu sunucuda işlenir. Bir saat sonra bütün sonuçlarla birlikte "
        "silinir. Onlara kimse bakmaz, onlardan bir şey öğrenilmez. Sayfanın gösterdiklerinde "
        "bilgi eki yoktur; indirdiğiniz dosya sizindir, tarih ve yer gibi kendi bilgilerini korur. "
        "Sizi izleyen çerez ya da istatistik yoktur."
    ),
    survey=SURVEY,
    hints=HINTS,
    film=FILM,
    references=REFERENCES,
    seconds="{count} saniye",
    minutes="{count} dakika",
    too_many=(
        "Bu sayfa herkese sıra gelsin diye bir ziyaretçiye art arda en çok {most} fotoğraf "
        "renklendirir. Lütfen {wait} sonra yeniden gelin."
    ),
    never_so_many=(
        "Bu sayfa bir ziyaretçiye art arda en çok {most} fotoğraf renklendirir; istediğiniz bundan "
        "çok."
    ),
    too_large_file=(
        "{name} çok büyük; burada en çok {size} boyutunda fotoğraflar alınır. Lütfen küçültün."
    ),
    model_missing="Bu model şu anda kullanılamıyor. Lütfen ötekini seçin ya da sonra gelin.",
)
