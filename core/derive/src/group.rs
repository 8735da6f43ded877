//! `#[derive(MetricGroup)]`.

use crate::{attributes, field, paths, set};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Error, Fields, LitStr};

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
    let narthex = paths::narthex(path);
    let prefix_checks = [&namespace, &subsystem].into_iter().flatten().map(|part| check_part(&narthex, part));
    let prefix_checks = quote!(#(#prefix_checks)*);
    let value = |part: &Option<LitStr>| part.as_ref().map_or_else(String::new, LitStr::value);
    let group = field::Group {
        narthex: &narthex,
        visibility: &input.vis,
        namespace: &value(&namespace),
        subsystem: &value(&subsystem),
    };

    let generated = fields.iter().map(|f| field::generate(&group, f)).collect::<syn::Result<Vec<_>>>()?;
    let beside = generated.iter().map(|g| &g.beside);
    let describe = generated.iter().map(|g| &g.describe);
    let collect = generated.iter().map(|g| &g.collect);
    let descs = generated.iter().filter_map(|g| g.desc.as_ref()).map(|(_, desc)| desc);
    let collisions = collisions(fields, &generated);
    let (name, members, types) = (&input.ident, fields.iter().map(|f| &f.ident), fields.iter().map(|f| &f.ty));

    Ok(quote! {
        #(#beside)*

        impl #name {
            /// The group with every metric at its start.
            pub const fn new() -> Self {
                Self { #(#members: <#types as #narthex::Zero>::ZERO),* }
            }
        }

        const _: () = {
            #prefix_checks
            #(#descs)*
            #collisions

            impl #narthex::Zero for #name {
                const ZERO: Self = Self::new();
            }

            impl ::core::default::Default for #name {
                fn default() -> Self {
                    Self::new()
                }
            }

            impl #narthex::Collect for #name {
                fn describe(
                    &self,
                    each: &mut dyn ::core::ops::FnMut(&#narthex::Desc<'_>) -> #narthex::Flow,
                ) -> #narthex::Flow {
                    #(#describe)*
                    Ok(())
                }

                fn collect(&self, sink: &mut dyn #narthex::Sink) -> #narthex::Flow {
                    #(#collect)*
                    Ok(())
                }
            }
        };
    })
}

/// Checks a namespace or subsystem where it is written.
fn check_part(narthex: &TokenStream, part: &LitStr) -> TokenStream {
    quote_spanned! { part.span() =>
        const _: () = match #narthex::Name::new(#part) {
            Ok(_) => (),
            Err(invalid) => invalid.rule.refuse(),
        };
    }
}

/// For each metric a check that none before it exposes the same name.
fn collisions(
    fields: &syn::punctuated::Punctuated<syn::Field, syn::Token![,]>,
    generated: &[field::Generated],
) -> TokenStream {
    let mut before: Vec<(&Ident, &Ident)> = Vec::new();
    let mut checks = Vec::new();
    for (field, generated) in fields.iter().zip(generated) {
        let (Some(ident), Some((desc, _))) = (&field.ident, &generated.desc) else { continue };
        let (others, messages): (Vec<&Ident>, Vec<String>) = before
            .iter()
            .map(|&(other, of)| (other, format!("`{ident}` exposes a name that `{of}` exposes as well")))
            .unzip();
        checks.push(
            quote_spanned!(ident.span() => const _: () = { #(assert!(!#others.collides(&#desc), #messages);)* };),
        );
        before.push((desc, ident));
    }
    quote!(#(#checks)*)
}
