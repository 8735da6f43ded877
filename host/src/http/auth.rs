use super::options::HttpOptions;
use super::secure::{Authenticate, Later, Verdict};
use crate::error::{Error, ErrorKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use hyper::header::HeaderValue;
use sha2::Sha256;
use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Users and passwords for a metrics endpoint: HTTP basic authentication, with passwords kept as bcrypt hashes.
///
/// Whether a user exists cannot be told from how long the answer takes. Hashing is slow on purpose: one password is hashed
/// at a time and a few wait for that, further ones get 429; who was let in before is not hashed again.
///
/// Without TLS, everybody on the way can read the password.
///
/// ```
/// use narthex::{BasicAuth, HttpOptions};
///
/// # fn main() -> Result<(), narthex::Error> {
/// // htpasswd -nBC 10 prometheus
/// let auth = BasicAuth::new().user("prometheus", "$2b$10$KmdNQSQtsF.pPHJ4TTBJkO6aGrsjqXE5AMuVkRTPVUA0aLNeFFvDG")?;
/// let options = HttpOptions::new().basic_auth(auth)?;
/// # let _ = options;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "give it to `HttpOptions::basic_auth`"]
pub struct BasicAuth(HashMap<String, String>);

/// What bcrypt looks at: longer passwords are refused, because it would take two that begin alike for one.
const PASSWORD: usize = 72;
/// Hashes that are waited for at a time.
const WAITING: usize = 8;
/// Logins that are remembered.
const KNOWN: usize = 100;
/// Of nobody's password, with the cost that hashes usually have.
const NOBODY: &str = "$2b$10$KmdNQSQtsF.pPHJ4TTBJkO6aGrsjqXE5AMuVkRTPVUA0aLNeFFvDG";

impl BasicAuth {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets a user in whose password has this hash: `$2b$…`, as `htpasswd -nB` prints it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Password`] for a hash that is none, and for a name with a colon, which HTTP cannot send.
    pub fn user(mut self, name: &str, hash: &str) -> Result<Self, Error> {
        let wrong = |text: String| Err(Error::new(ErrorKind::Password, text));
        if name.contains(':') {
            return wrong(format!("user {name:?}: basic authentication has no names with a colon"));
        }
        if !hash.is_ascii() || bcrypt::HashParts::from_str(hash).is_err() {
            return wrong(format!("user {name:?}: this is no bcrypt hash; `htpasswd -nB {name}` prints one"));
        }
        self.0.insert(name.into(), hash.into());
        Ok(self)
    }
}

impl std::fmt::Debug for BasicAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl HttpOptions {
    /// Answers only requests with the name and password of one of these users; others get 401.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::System`] when the operating system gives no random numbers.
    pub fn basic_auth(mut self, users: BasicAuth) -> Result<Self, Error> {
        let mut key = [0; 64];
        getrandom::fill(&mut key)
            .map_err(|error| Error::new(ErrorKind::System, format!("no random numbers: {error}")))?;
        self.authenticate = Some(Arc::new(Guard(Arc::new(Inner {
            users: users.0,
            key,
            known: Mutex::default(),
            hashing: Semaphore::new(1),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }))));
        Ok(self)
    }
}

struct Guard(Arc<Inner>);

struct Inner {
    users: HashMap<String, String>,
    /// Of the codes below: who reads the memory learns no password.
    key: [u8; 64],
    /// Codes of logins that were right.
    known: Mutex<HashSet<[u8; 32]>>,
    hashing: Semaphore,
    waiting: Arc<Semaphore>,
}

impl Authenticate for Guard {
    fn check(&self, authorization: Option<&HeaderValue>) -> Later<Verdict> {
        let login = authorization.and_then(login);
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            match login {
                Some((name, password)) => inner.check(name, password).await,
                None => Verdict::No,
            }
        })
    }
}

impl Inner {
    async fn check(self: Arc<Self>, name: String, password: String) -> Verdict {
        let code = self.code(&name, &password);
        if self.known.lock().unwrap_or_else(PoisonError::into_inner).contains(&code) {
            return Verdict::Yes;
        }
        let Ok(_waiting) = Arc::clone(&self.waiting).try_acquire_owned() else { return Verdict::Busy };
        let Ok(_hashing) = self.hashing.acquire().await else { return Verdict::Busy };
        let hash = self.users.get(&name).cloned();
        let is_right = spawn_blocking(move || {
            let is_right = bcrypt::verify(&password, hash.as_deref().unwrap_or(NOBODY)).unwrap_or(false);
            is_right && hash.is_some() && password.len() <= PASSWORD
        });
        if !is_right.await.unwrap_or(false) {
            return Verdict::No;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(code);
        Verdict::Yes
    }

    /// Says the same of the same login only: the length of the name tells where the password begins.
    fn code(&self, name: &str, password: &str) -> [u8; 32] {
        let mut code = Hmac::<Sha256>::new(&self.key.into());
        code.update(&(name.len() as u64).to_le_bytes());
        code.update(name.as_bytes());
        code.update(password.as_bytes());
        code.finalize().into_bytes().into()
    }
}

/// Name and password of an `Authorization` header (RFC 7617).
fn login(authorization: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = authorization.to_str().ok()?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let login = String::from_utf8(decoded).ok()?;
    let (name, password) = login.split_once(':')?;
    Some((name.into(), password.into()))
}
