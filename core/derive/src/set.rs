//! `#[derive(LabelSet)]`.

use crate::{attributes, paths};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Field, Fields, GenericParam, LitStr, Token};

pub fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.ident.span(), "a label set is a struct; for an enum derive ClosedLabels"));
    };
    let fields = fields(input, &data.fields)?;
    let mut path = None;
    attributes::each(&input.attrs, "crate = path", |meta| crate_path(meta, &mut path))?;
    let narthex = paths::narthex(path);

    let (set, of) = lifetimes(input)?;
    let labels = attributes::all(fields.iter().map(label))?;
    let checks = attributes::check_labels(&narthex, &labels);
    let (name, len) = (&input.ident, labels.len());
    let members: Vec<_> = fields.iter().filter_map(|field| field.ident.as_ref()).collect();
    let scratches: Vec<_> = (0..len).map(|index| format_ident!("scratch_{index}")).collect();
    // `<type as LabelValue>` every time, so that a type that is none is one error
    let values = fields.iter().map(|field| {
        let ty = elided(field.ty.to_token_stream());
        quote_spanned!(field.ty.span() => <#ty as #narthex::LabelValue>)
    });
    let values: Vec<_> = values.collect();

    Ok(quote! {
        #checks
        #[automatically_derived]
        impl #narthex::LabelSet for #name #set {
            const LEN: usize = #len;
            const NAMES: &'static [&'static str] = &[#(#labels),*];
            type Of<'narthex> = #name #of;
            type Texts<'narthex> = [&'narthex str; #len];

            #[inline]
            fn with<__R>(set: &Self::Of<'_>, f: impl ::core::ops::FnOnce(&[&str]) -> __R) -> __R {
                #(let mut #scratches: #values::Scratch = ::core::default::Default::default();)*
                f(&[#(#values::text(&set.#members, &mut #scratches)),*])
            }
        }
    })
}

/// The fields of a struct, each a label.
pub fn fields<'a>(input: &DeriveInput, fields: &'a Fields) -> syn::Result<&'a Punctuated<Field, Token![,]>> {
    match fields {
        Fields::Named(fields) if !fields.named.is_empty() => Ok(&fields.named),
        _ => Err(Error::new(input.ident.span(), "the fields are the labels: give the struct named fields")),
    }
}

/// What stands behind the struct's name in the `impl`, and in the type of a look-up.
fn lifetimes(input: &DeriveInput) -> syn::Result<(TokenStream, TokenStream)> {
    let parameters: Vec<_> = input.generics.params.iter().collect();
    match parameters.as_slice() {
        [] => Ok((quote!(), quote!())),
        [GenericParam::Lifetime(_)] => Ok((quote!(<'_>), quote!(<'narthex>))),
        [.., other] => Err(Error::new(other.span(), "a label set can have one lifetime, and no other parameters")),
    }
}

/// With `'_` for every lifetime: those of the `impl` mean nothing inside `with`.
fn elided(tokens: TokenStream) -> TokenStream {
    let mut lifetime = false;
    let tokens = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(name) if lifetime && name != "static" => {
            lifetime = false;
            Ident::new("_", name.span()).into()
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), elided(group.stream()));
            inner.set_span(group.span());
            inner.into()
        }
        other => {
            lifetime = matches!(&other, TokenTree::Punct(punct) if punct.as_char() == '\'');
            other
        }
    });
    tokens.collect()
}

/// The label that a field is: its name, or the one that was given.
pub fn label(field: &syn::Field) -> syn::Result<LitStr> {
    let mut given = None;
    attributes::each(&field.attrs, "label = \"name\"", |meta| attributes::text(meta, "label", &mut given))?;
    Ok(given.unwrap_or_else(|| {
        let ident = field.ident.as_ref().map(|ident| (ident.unraw().to_string(), ident.span()));
        let (name, span) = ident.unwrap_or_else(|| (String::new(), field.span()));
        LitStr::new(&name, span)
    }))
}

/// Takes `crate = path`; whether this was it.
pub fn crate_path(meta: &syn::meta::ParseNestedMeta<'_>, place: &mut Option<syn::Path>) -> syn::Result<bool> {
    let this = meta.path.is_ident("crate");
    if this {
        attributes::once(meta, place.is_some())?;
        *place = Some(meta.value()?.call(syn::Path::parse_mod_style)?);
    }
    Ok(this)
}
