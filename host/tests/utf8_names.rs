//! Names of any UTF-8, for readers that take them and for those that do not.

use hyper::header::{ACCEPT, CONTENT_TYPE};
use hyper::{Request, body::Body};
use narthex::encode::{Escaping, Text};
use narthex::{ErrorKind, MetricsService, Registry, generate_latest, generate_latest_escaped};

#[test]
fn names_that_would_be_one_to_classic_readers_are_refused() {
    let registry = Registry::new();
    registry.gauge("a.b", "").utf8().register().unwrap();
    for name in ["a.b", "a-b", "a b", "a_b"] {
        let error = registry.gauge(name, "").utf8().register().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Duplicate, "{name}: {error}");
        assert!(error.existing().is_some());
    }
    registry.gauge("a.c", "").utf8().register().unwrap();

    for (labels, kind) in [
        (["x.y", "x_y"], ErrorKind::Label),
        (["x", ""], ErrorKind::Label),
        (["__x", "y"], ErrorKind::Label),
        (["é", "é"], ErrorKind::Label),
    ] {
        let error = registry.gauge("labelled", "").utf8().labels(labels).register().unwrap_err();
        assert_eq!(error.kind(), kind, "{labels:?}: {error}");
    }
    assert_eq!(registry.gauge("", "").utf8().register().unwrap_err().kind(), ErrorKind::Name);
    let le = registry.histogram("h.h", "").utf8().labels(["le"]).register().unwrap_err();
    assert_eq!(le.kind(), ErrorKind::Label, "{le}");
    assert_eq!(generate_latest(&registry, Text), "# TYPE a_b gauge\na_b 0\n# TYPE a_c gauge\na_c 0\n");
}

#[test]
fn any_utf8_is_refused_unless_asked_for() {
    let registry = Registry::new();
    assert_eq!(registry.gauge("a.b", "").register().unwrap_err().kind(), ErrorKind::Name);
    assert_eq!(registry.gauge("a", "").labels(["b.c"]).register().unwrap_err().kind(), ErrorKind::Label);
}

#[test]
fn names_of_another_script_stay_apart() {
    let registry = Registry::new();
    let orders = registry.counter("注文", "").utf8().labels(["地域", "店舗"]).register().unwrap();
    registry.counter("返品", "").utf8().register().unwrap().inc_by(2);
    orders.get(["east", "1"]).inc();
    let page = generate_latest(&registry, Text);
    assert!(page.contains("\nU___6ce8__6587__total{U___5730__57df_=\"east\",U___5e97__8217_=\"1\"} 1\n"), "{page}");
    let page = generate_latest_escaped(&registry, Text, Escaping::AllowUtf8);
    assert!(page.contains("\n{\"注文_total\",\"地域\"=\"east\",\"店舗\"=\"1\"} 1\n"), "{page}");
    assert_eq!(registry.sample_value("注文_total", &[("地域", "east"), ("店舗", "1")]), Some(1.0));
    assert_eq!(registry.sample_value("返品_total", &[]), Some(2.0));
}

#[test]
fn what_is_named_is_found_by_either_name() {
    let registry = Registry::new();
    registry.counter("mail.sent", "").utf8().labels(["mail.kind"]).register().unwrap().get(["a"]).inc();
    registry.gauge("other", "").register().unwrap();
    assert_eq!(registry.sample_value("mail.sent_total", &[("mail.kind", "a")]), Some(1.0));
    assert_eq!(registry.sample_value("mail_sent_total", &[("mail_kind", "a")]), Some(1.0));
    let page = generate_latest(&registry.restricted(["mail.sent_total"]), Text);
    assert_eq!(page, "# TYPE mail_sent_total counter\nmail_sent_total{mail_kind=\"a\"} 1\n");
    registry.set_target_info(&[("service.name", "mail"), ("env", "prod")]).unwrap();
    let page = generate_latest_escaped(&registry, Text, Escaping::AllowUtf8);
    assert!(page.contains("\ntarget_info{\"service.name\"=\"mail\",env=\"prod\"} 1\n"), "{page}");
    assert_eq!(registry.sample_value("target_info", &[("service.name", "mail"), ("env", "prod")]), Some(1.0));
}

#[test]
fn scopes_go_before_names() {
    let registry = Registry::new();
    let scope = registry.scoped("shop_", &[("zone", "a")]).unwrap();
    scope.gauge("queue.depth", "").utf8().labels(["for.whom"]).register().unwrap().get(["b"]).set(1);
    let line = |escaping| generate_latest_escaped(&registry, Text, escaping).lines().last().unwrap().to_string();
    assert_eq!(
        Escaping::ALL.map(line),
        [
            r#"shop_queue_depth{zone="a",for_whom="b"} 1"#,
            r#"shop__queue_dot_depth{zone="a",for_dot_whom="b"} 1"#,
            r#"U__shop__queue_2e_depth{zone="a",U__for_2e_whom="b"} 1"#,
            r#"{"shop_queue.depth",zone="a","for.whom"="b"} 1"#,
        ]
    );
}

#[tokio::test]
async fn readers_ask_for_names() {
    let registry = Registry::new();
    registry.gauge("queue.depth", "").utf8().register().unwrap().set(1);
    let service = MetricsService::new(registry);
    for (accept, content_type, expected) in [
        ("", "text/plain; version=0.0.4; charset=utf-8", "queue_depth 1\n"),
        (
            "text/plain;version=1.0.0;escaping=allow-utf-8",
            "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
            "{\"queue.depth\"} 1\n",
        ),
        (
            "application/openmetrics-text;version=1.0.0;escaping=values",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=values",
            "U__queue_2e_depth 1\n# EOF\n",
        ),
    ] {
        let request = Request::get("/metrics").header(ACCEPT, accept).body(()).unwrap();
        let response = service.answer(&request);
        assert_eq!(response.headers()[CONTENT_TYPE], content_type);
        assert!(whole(response.into_body()).await.ends_with(expected), "{accept}");
    }
    let accept = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;\
                  escaping=allow-utf-8";
    let response = service.answer(&Request::get("/").header(ACCEPT, accept).body(()).unwrap());
    let content_type = response.headers()[CONTENT_TYPE].to_str().unwrap().to_string();
    assert!(content_type.ends_with("; encoding=delimited; escaping=allow-utf-8"), "{content_type}");
    assert!(whole(response.into_body()).await.contains("\u{b}queue.depth"));
}

async fn whole(body: impl Body<Data = hyper::body::Bytes, Error: std::fmt::Debug>) -> String {
    let bytes = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
    String::from_utf8_lossy(&bytes).into_owned()
}
