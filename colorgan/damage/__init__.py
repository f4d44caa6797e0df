"""What befalls old prints: each damage a function of a lightness, a strength and a chance.

    damaged = scratches(lightness, 0.7, np.random.default_rng(1))

    lightness   float32 (H, W), L* in 0..100; the answer is a new array of the same kind
    strength    0 (hardly to be seen) to 1 (as bad as what people still bring to be restored)
    rng         decides where and how; the same seed damages alike

Widths are in pixels of the picture, as a scanner sees them; dust grows in number with the area;
stains, light and tape are as large as the picture makes them. `film` says what befalls how often.
"""
