//! `#[derive(MetricGroup)]`.

use crate::{attributes, field, paths, set};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Ident, LitStr, Visibility};

/// What the fields of a group have in common.
pub struct Group<'a> {
    pub narthex: &'a TokenStream,
    pub name: &'a Ident,
    pub visibility: &'a Visibility,
    pub namespace: String,
    pub subsystem: String,
}

pub fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.ident.span(), "a metric group is a struct of metrics"));
    };
    let fields = match &data.fields {
        Fields::Named(fields) if !fields.named.is_empty() => &fields.named,
        _ => return Err(Error::new(input.ident.span(), "the fields are the metrics: give the struct named fields")),
    };
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new_spanned(parameter, "a metric group has no parameters: its names are constants"));
    }
    let (mut namespace, mut subsystem, mut path) = (None, None, None);
    attributes::each(&input.attrs, "namespace = \"…\", subsystem = \"…\" or crate = path", |meta| {
        Ok(attributes::text(meta, "namespace", &mut namespace)?
            || attributes::text(meta, "subsystem", &mut subsystem)?
            || set::crate_path(meta, &mut path)?)
    })?;
    let narthex = &paths::narthex(path);
    let checked = checked(narthex, namespace.as_ref(), subsystem.as_ref());
    let value = |part: Option<LitStr>| part.as_ref().map_or_else(String::new, LitStr::value);
    let (namespace, subsystem) = (value(namespace), value(subsystem));
    let group = Group { narthex, name: &input.ident, visibility: &input.vis, namespace, subsystem };

    let generated = fields.iter().enumerate().map(|(index, field)| field::generate(&group, index, field));
    let generated = attributes::all(generated)?;
    let parts =
        |part: fn(&field::Generated) -> &TokenStream| generated.iter().map(part).cloned().collect::<TokenStream>();
    let (beside, descs) = (parts(|g| &g.beside), parts(|g| &g.desc));
    let (describe, collect) = (parts(|g| &g.describe), parts(|g| &g.collect));
    // a nested group may fail, and those after it are still collected
    let nests = generated.iter().any(|g| g.described.is_none());
    let (before, outcome) = if nests {
        (quote!(let mut outcome = ::core::result::Result::Ok(());), quote!(outcome))
    } else {
        (quote!(), quote!(::core::result::Result::Ok(())))
    };
    let distinct = distinct(narthex, fields.iter().filter_map(|f| f.ident.as_ref()).zip(&generated));
    let (name, members, types) = (&input.ident, fields.iter().map(|f| &f.ident), fields.iter().map(|f| &f.ty));

    Ok(quote! {
        #beside

        impl #name {
            /// The group with every metric at its start.
            pub const fn new() -> Self {
                Self { #(#members: <#types as #narthex::Zero>::ZERO),* }
            }
        }

        const _: () = {
            #checked
            #descs
            #distinct

            #[automatically_derived]
            impl #narthex::Zero for #name {
                const ZERO: Self = Self::new();
            }

            #[automatically_derived]
            impl ::core::default::Default for #name {
                fn default() -> Self {
                    Self::new()
                }
            }

            #[automatically_derived]
            impl #narthex::Collect for #name {
                fn describe(
                    &self,
                    each: &mut dyn ::core::ops::FnMut(&#narthex::Desc<'_>) -> #narthex::Flow,
                ) -> #narthex::Flow {
                    #describe
                    ::core::result::Result::Ok(())
                }

                fn collect(&self, sink: &mut dyn #narthex::Sink) -> #narthex::Flow {
                    #before
                    #collect
                    #outcome
                }
            }
        };
    })
}

/// Checks the namespace, then the subsystem after it.
fn checked(narthex: &TokenStream, namespace: Option<&LitStr>, subsystem: Option<&LitStr>) -> TokenStream {
    let mut prefix = String::new();
    let mut checks = TokenStream::new();
    for part in [namespace, subsystem].into_iter().flatten() {
        prefix += &part.value();
        let check = paths::call(part.span(), quote!(#narthex::field::part_of_name), quote!(#prefix));
        checks.extend(quote!(#check;));
        prefix += "_";
    }
    quote!(const __PREFIX: () = { #checks };)
}

/// For each metric a check that none before it exposes the same name.
fn distinct<'a>(narthex: &TokenStream, fields: impl Iterator<Item = (&'a Ident, &'a field::Generated)>) -> TokenStream {
    let (mut earlier, mut checks) = (Vec::<(&Ident, &TokenStream)>::new(), TokenStream::new());
    for (ident, generated) in fields {
        let Some(described) = &generated.described else { continue };
        if !earlier.is_empty() {
            let others = earlier.iter().map(|(other, described)| {
                let message =
                    format!("`{ident}` would expose a name that `{other}` exposes as well: rename one of them");
                quote!(((#described), #message))
            });
            let check =
                paths::call(ident.span(), quote!(#narthex::field::distinct), quote!((#described), &[#(#others),*]));
            checks.extend(quote!(const _: () = #check;));
        }
        earlier.push((ident, described));
    }
    checks
}
