//! What was written about a field of a metric group.

use crate::attributes;
use proc_macro2::Span;
use syn::parse::Parse;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, ExprUnary, Field, Ident, Lit, LitStr, Token, UnOp};

const KNOWN: &str = "name, help, unit, scale, buckets(…), labels(…), callback, flatten or prefix";

#[derive(Default)]
pub struct Given {
    pub name: Option<LitStr>,
    help: Option<LitStr>,
    pub unit: Option<LitStr>,
    pub scale: Option<(i8, Span)>,
    pub buckets: Option<(Vec<Expr>, Span)>,
    pub labels: Option<(Vec<LitStr>, Span)>,
    pub callback: Option<Expr>,
    pub flatten: bool,
    pub prefix: Option<LitStr>,
}

impl Given {
    pub fn read(field: &Field) -> syn::Result<Self> {
        let mut given = Self::default();
        attributes::each(&field.attrs, KNOWN, |meta| {
            let key = meta.path.span();
            if meta.path.is_ident("flatten") {
                attributes::once(meta, given.flatten)?;
                given.flatten = true;
            } else if meta.path.is_ident("scale") {
                attributes::once(meta, given.scale.is_some())?;
                given.scale = Some(scale(&meta.value()?.parse()?)?);
            } else if meta.path.is_ident("callback") {
                attributes::once(meta, given.callback.is_some())?;
                given.callback = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("buckets") {
                attributes::once(meta, given.buckets.is_some())?;
                let content;
                syn::parenthesized!(content in meta.input);
                let bounds = content.parse_terminated(Expr::parse, Token![,])?;
                given.buckets = Some((bounds.into_iter().collect(), key));
            } else if meta.path.is_ident("labels") {
                attributes::once(meta, given.labels.is_some())?;
                let content;
                syn::parenthesized!(content in meta.input);
                let labels = content.parse_terminated(<LitStr as Parse>::parse, Token![,])?;
                given.labels = Some((labels.into_iter().collect(), key));
            } else {
                return Ok(attributes::text(meta, "name", &mut given.name)?
                    || attributes::text(meta, "help", &mut given.help)?
                    || attributes::text(meta, "unit", &mut given.unit)?
                    || attributes::text(meta, "prefix", &mut given.prefix)?);
            }
            Ok(true)
        })?;
        given.check()?;
        Ok(given)
    }

    /// What cannot stand together.
    fn check(&self) -> syn::Result<()> {
        if let (Some(prefix), false) = (&self.prefix, self.flatten) {
            let message = "a prefix goes before the names of a nested group: write `flatten, prefix = \"…\"`";
            return Err(Error::new(prefix.span(), message));
        }
        let texts = [&self.name, &self.help, &self.unit].map(|text| text.as_ref().map(LitStr::span));
        let scale = self.scale.map(|(_, span)| span);
        let lists = [self.buckets.as_ref().map(|(_, span)| *span), self.labels.as_ref().map(|(_, span)| *span)];
        let mut others = texts.into_iter().chain(lists).chain([scale, self.callback.as_ref().map(Spanned::span)]);
        match others.find_map(|span| span).filter(|_| self.flatten) {
            Some(span) => {
                Err(Error::new(span, "a nested group names its own metrics: only `prefix` goes with `flatten`"))
            }
            None => Ok(()),
        }
    }

    /// The doc comment as one line, unless `help` was given.
    pub fn help(&self, field: &Field, ident: &Ident) -> syn::Result<String> {
        let (help, span) = match &self.help {
            Some(help) => (help.value().trim().to_owned(), help.span()),
            None => (attributes::doc(&field.attrs), ident.span()),
        };
        if help.is_empty() {
            let message = format!("say what `{ident}` counts or measures in a doc comment: it becomes the HELP text");
            return Err(Error::new(span, message));
        }
        Ok(help)
    }
}

fn scale(literal: &Expr) -> syn::Result<(i8, Span)> {
    let (negative, number) = match literal {
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => (true, &**expr),
        other => (false, other),
    };
    let size = match number {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse::<i8>().ok(),
        _ => None,
    };
    let message = "a scale is a power of ten from -18 to 18: microseconds, exposed in seconds, have -6";
    let size = size.filter(|size| *size <= 18).ok_or_else(|| Error::new(number.span(), message))?;
    Ok((if negative { -size } else { size }, number.span()))
}
