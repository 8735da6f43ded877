//! Pushing what the relay serves.

use super::interval;
use clap::Args;
use narthex::relay::Relay;
use narthex::{Gateway, GatewayTls};
use std::cell::RefCell;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Args)]
pub struct PushArgs {
    /// Push to the Pushgateway at this URL
    #[arg(long = "push", value_name = "URL")]
    push: Option<String>,

    /// The job that is pushed
    #[arg(long, default_value = "narthex_relay", requires = "push")]
    job: String,

    /// How often to push
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = interval::parse, requires = "push")]
    push_every: Duration,

    /// Who pushes, with the password in --push-password-file
    #[arg(long, value_name = "NAME", requires_all = ["push", "push_password_file"])]
    push_user: Option<String>,

    /// A file with the password of --push-user; read for each push, as those below are
    #[arg(long, value_name = "FILE", requires = "push_user")]
    push_password_file: Option<PathBuf>,

    /// A file with a token instead of a user and a password
    #[arg(long, value_name = "FILE", requires = "push", conflicts_with = "push_user")]
    push_token_file: Option<PathBuf>,

    /// The authorities that sign the certificate of a gateway at https://, in PEM [default: those of the system]
    #[arg(long, value_name = "FILE", requires = "push")]
    push_ca: Option<PathBuf>,

    /// The certificate to show the gateway, in PEM
    #[arg(long, value_name = "FILE", requires_all = ["push", "push_key"])]
    push_cert: Option<PathBuf>,

    /// The private key of --push-cert, in PEM
    #[arg(long, value_name = "FILE", requires = "push_cert")]
    push_key: Option<PathBuf>,
}

/// A gateway, and who pushes to it.
pub struct Push {
    args: PushArgs,
    gateway: Gateway,
}

impl Push {
    /// Unless nothing is to be pushed.
    pub fn new(args: PushArgs) -> Result<Option<Self>, Box<dyn Error>> {
        let Some(url) = &args.push else { return Ok(None) };
        let mut gateway = Gateway::new(url, &args.job)?;
        if url.starts_with("https://") || args.push_ca.is_some() || args.push_cert.is_some() {
            let mut tls = args.push_ca.as_ref().map_or_else(GatewayTls::system, GatewayTls::new);
            if let (Some(certificate), Some(key)) = (&args.push_cert, &args.push_key) {
                tls = tls.client_certificate(certificate, key);
            }
            gateway = gateway.tls(tls)?;
        }
        let push = Self { args, gateway };
        let _ = push.introduced()?; // what is wrong with a file is better known now
        Ok(Some(push))
    }

    /// The gateway, with the password or token that the file has now.
    fn introduced(&self) -> Result<Gateway, Box<dyn Error>> {
        let gateway = self.gateway.clone();
        Ok(match (&self.args.push_user, &self.args.push_password_file, &self.args.push_token_file) {
            (Some(user), Some(password), _) => gateway.basic_auth(user, &secret(password)?)?,
            (.., Some(token)) => gateway.bearer_token(&secret(token)?)?,
            _ => gateway,
        })
    }

    async fn once(&self, relay: &Relay) -> Result<(), Box<dyn Error>> {
        Ok(self.introduced()?.push(relay.registry()).await?)
    }

    /// Pushes for ever; keeps why the gateway takes nothing, while that is so.
    pub async fn run(&self, relay: &Relay, trouble: &RefCell<Option<String>>) -> narthex::Error {
        let pushes = relay.registry().counter("narthex_relay_pushes", "Pushes to the Pushgateway.").labels(["outcome"]);
        let pushes = match pushes.register() {
            Ok(pushes) => pushes,
            Err(error) => return error,
        };
        let (accepted, failed) = (pushes.get(["accepted"]), pushes.get(["failed"]));
        loop {
            tokio::time::sleep(self.args.push_every).await;
            let error = self.once(relay).await.err();
            if error.is_none() { &accepted } else { &failed }.inc();
            trouble.replace(error.map(|error| error.to_string()));
        }
    }
}

/// The first line of a file; it is in nobody's list of processes.
fn secret(path: &Path) -> Result<String, String> {
    let of = |what: &str| format!("{path:?}, for a password or token: {what}");
    let text = fs::read_to_string(path).map_err(|error| of(&error.to_string()))?;
    text.lines().next().filter(|line| !line.is_empty()).map(String::from).ok_or(of("its first line is empty"))
}
