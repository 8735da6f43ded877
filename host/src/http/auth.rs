use super::options::HttpOptions;
use super::secure::{Authenticate, Later, Verdict};
use crate::error::{Error, ErrorKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use hyper::header::HeaderValue;
use sha2::Sha256;
use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Users and passwords for a metrics endpoint: HTTP basic authentication, with passwords kept as bcrypt hashes.
///
/// Whether a user exists cannot be told from how long the answer takes: all hashes are of one cost, and so is the one that a
/// stranger's password is compared with. Hashing is slow on purpose: one password is hashed at a time and a few wait for that,
/// further ones get 429 with `Retry-After`; who was let in before is not hashed again. A cost of 10 is some 50 ms of a
/// processor, and each step doubles it.
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
pub struct BasicAuth {
    users: HashMap<String, String>,
    /// Of each hash.
    cost: Option<u32>,
}

/// What bcrypt looks at: longer passwords are refused, because it would take two that begin alike for one.
const PASSWORD: usize = 72;
/// Hashes that are waited for at a time.
const WAITING: usize = 8;
/// Logins that are remembered.
const KNOWN: usize = 100;
/// From what bcrypt can do to what keeps the next login waiting for seconds.
const COSTS: RangeInclusive<u32> = 4..=16;
/// Salt and hash of nobody's password.
const NOBODY: &str = "KmdNQSQtsF.pPHJ4TTBJkO6aGrsjqXE5AMuVkRTPVUA0aLNeFFvDG";
/// When there are no users.
const USUAL_COST: u32 = 10;

impl BasicAuth {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets a user in whose password has this hash: `$2b$10$…`, as `htpasswd -nBC 10` prints it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Password`] for a hash that is none, one of a cost below 4 or above 16 or other than that of the users before
    /// it, and for a name with a colon, which HTTP cannot send.
    pub fn user(mut self, name: &str, hash: &str) -> Result<Self, Error> {
        let wrong = |text: String| Err(Error::new(ErrorKind::Password, text));
        if name.contains(':') {
            return wrong(format!("user {name:?}: basic authentication has no names with a colon"));
        }
        let Some(cost) = cost(hash) else {
            return wrong(format!("user {name:?}: this is no bcrypt hash; `htpasswd -nBC 10 {name}` prints one"));
        };
        if !COSTS.contains(&cost) {
            let ([least, most], right) =
                ([COSTS.start(), COSTS.end()], format!("`htpasswd -nBC 10 {name}` has a good one"));
            return wrong(format!("user {name:?}: the hash has cost {cost}, which is not {least} to {most}; {right}"));
        }
        if let Some(others) = self.cost.filter(|others| *others != cost) {
            let right = format!("`htpasswd -nBC {others} {name}` makes it the same");
            let why = "the time of an answer would tell who exists";
            return wrong(format!("user {name:?}: the hash has cost {cost}, others {others}, and {why}; {right}"));
        }
        self.cost = Some(cost);
        self.users.insert(name.into(), hash.into());
        Ok(self)
    }
}

impl std::fmt::Debug for BasicAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.users.keys()).finish()
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
            users: users.users,
            nobody: format!("$2b${:02}${NOBODY}", users.cost.unwrap_or(USUAL_COST)),
            key,
            known: Mutex::default(),
            hashing: Arc::new(Semaphore::new(1)),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }))));
        Ok(self)
    }
}

struct Guard(Arc<Inner>);

struct Inner {
    users: HashMap<String, String>,
    /// What strangers' passwords are compared with.
    nobody: String,
    /// Of the codes below: who reads the memory learns no password.
    key: [u8; 64],
    /// Codes of logins that were right.
    known: Mutex<HashSet<[u8; 32]>>,
    hashing: Arc<Semaphore>,
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
        // both as long as a thread is at it, even if the client has gone
        let Ok(waiting) = Arc::clone(&self.waiting).try_acquire_owned() else { return Verdict::Busy };
        let Ok(hashing) = Arc::clone(&self.hashing).acquire_owned().await else { return Verdict::Busy };
        let hashed = {
            let inner = Arc::clone(&self);
            spawn_blocking(move || (inner.is_right(&name, &password), hashing, waiting))
        };
        if !hashed.await.is_ok_and(|(is_right, ..)| is_right) {
            return Verdict::No;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(code);
        Verdict::Yes
    }

    fn is_right(&self, name: &str, password: &str) -> bool {
        let hash = self.users.get(name);
        let is_right = bcrypt::verify(password, hash.unwrap_or(&self.nobody)).unwrap_or(false);
        is_right && hash.is_some() && password.len() <= PASSWORD
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

/// How slow a hash is, if it is one.
fn cost(hash: &str) -> Option<u32> {
    Some(bcrypt::HashParts::from_str(hash).ok().filter(|_| hash.is_ascii())?.get_cost())
}

/// Name and password of an `Authorization` header (RFC 7617).
fn login(authorization: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = authorization.to_str().ok()?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let login = String::from_utf8(decoded).ok()?;
    let (name, password) = login.split_once(':')?;
    Some((name.into(), password.into()))
}
