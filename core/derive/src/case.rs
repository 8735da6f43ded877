//! Names of Rust items as names of labels and values.

use syn::ext::IdentExt;

/// `BeaconTimeout` as `beacon_timeout`, `HTTPError` as `http_error`.
pub fn snake(ident: &syn::Ident) -> String {
    let name: Vec<char> = ident.unraw().to_string().chars().collect();
    let mut snake = String::new();
    for (at, c) in name.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| name.get(at));
        let starts_word = c.is_uppercase()
            && before.is_some_and(|before| {
                let next_is_lower = name.get(at + 1).is_some_and(|next| next.is_lowercase());
                before.is_lowercase() || before.is_ascii_digit() || (before.is_uppercase() && next_is_lower)
            });
        if starts_word {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    #[test]
    fn words() {
        for (ident, expected) in [
            ("BeaconTimeout", "beacon_timeout"),
            ("HTTPError", "http_error"),
            ("Get", "get"),
            ("Ipv6Only", "ipv6_only"),
            ("r#Type", "type"),
            ("A", "a"),
            ("Already_Snake", "already_snake"),
        ] {
            assert_eq!(super::snake(&syn::parse_str(ident).unwrap()), expected);
        }
    }
}
