//! Text for tests.

/// Mostly what a parser could trip over.
pub fn string(random: &mut fastrand::Rng) -> String {
    const PIECES: [&str; 24] = [
        "\\",
        "\"",
        "\n",
        "\\n",
        "\\\"",
        "\\\\",
        "\r",
        "\t",
        " ",
        "  ",
        "{",
        "}",
        ",",
        "=",
        "#",
        "# EOF",
        " # ",
        "le",
        "\0",
        "\u{85}",
        "\u{2028}",
        "\u{FEFF}",
        "é",
        "\u{1F525}",
    ];
    let len = random.usize(..10);
    let piece = |_| match random.u8(..4) {
        0 => random.char(..).to_string(),
        1 => random.alphanumeric().to_string(),
        _ => PIECES[random.usize(..PIECES.len())].to_string(),
    };
    (0..len).map(piece).collect()
}
