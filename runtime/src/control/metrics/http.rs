//! As much of HTTP/1.1 as a scrape needs: one request without a body, one answer, and the end.
//!
//! Used by `listener`. Pure: bytes come in, bytes go out. What holds: whatever the bytes are, there is an answer or a
//! wait for more, and no wait for more than [`REQUEST_LIMIT`].

use httparse::{Error, Header, Status};

/// Most bytes of a request: Prometheus sends some hundreds.
pub const REQUEST_LIMIT: usize = 8 << 10;
/// Most headers of it.
const HEADER_LIMIT: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The newer of the two text formats, which a client says that it reads.
    pub open_metrics: bool,
    /// Without the text itself.
    pub head: bool,
}

/// Why nothing is given: the status, and a line for whoever reads it.
pub type Denied = (u16, &'static str);

/// What these bytes ask for; `None`: they are no whole request yet.
pub fn asked(bytes: &[u8]) -> Result<Option<Asked>, Denied> {
    let mut headers = [httparse::EMPTY_HEADER; HEADER_LIMIT];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(Status::Complete(_)) => {}
        Ok(Status::Partial) if bytes.len() < REQUEST_LIMIT => return Ok(None),
        Ok(Status::Partial) | Err(Error::TooManyHeaders) => return Err((431, "the request is too large")),
        Err(_) => return Err((400, "this is no HTTP request")),
    }
    let head = match request.method {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => return Err((405, "only GET and HEAD are answered")),
    };
    let path = request.path.unwrap_or_default();
    if path.split('?').next() != Some("/metrics") {
        return Err((404, "metrics are at /metrics"));
    }
    Ok(Some(Asked { open_metrics: reads_open_metrics(request.headers), head }))
}

fn reads_open_metrics(headers: &[Header<'_>]) -> bool {
    let mut accepts = headers.iter().filter(|header| header.name.eq_ignore_ascii_case("accept"));
    accepts.any(|accept| String::from_utf8_lossy(accept.value).contains("application/openmetrics-text"))
}

/// The answer to a request that is given what it asks for.
pub fn given(asked: Asked, text: &str) -> String {
    let format = match asked.open_metrics {
        true => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        false => "text/plain; version=0.0.4; charset=utf-8",
    };
    let head = head(200, "OK", format, text.len());
    if asked.head { head } else { head + text }
}

/// The answer to one that is not.
pub fn denied((status, why): Denied) -> String {
    let reason = match status {
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed\r\nAllow: GET, HEAD",
        408 => "Request Timeout",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    };
    let text = format!("{why}\n");
    head(status, reason, "text/plain; charset=utf-8", text.len()) + &text
}

fn head(status: u16, reason: &str, format: &str, length: usize) -> String {
    format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: {format}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scrape_is_understood_when_it_is_whole() {
        let whole = b"GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\nAccept: application/openmetrics-text;version=1.0.0,*/*\r\n\r\n";
        for end in 0..whole.len() {
            assert_eq!(asked(&whole[..end]), Ok(None), "{end}");
        }
        assert_eq!(asked(whole), Ok(Some(Asked { open_metrics: true, head: false })));
        let plain = asked(b"HEAD /metrics HTTP/1.0\r\n\r\n");
        assert_eq!(plain, Ok(Some(Asked { open_metrics: false, head: true })));
    }

    #[test]
    fn anything_else_has_an_answer() {
        let status = |bytes: &[u8]| asked(bytes).expect_err("is denied").0;
        assert_eq!(status(b"GET / HTTP/1.1\r\n\r\n"), 404);
        assert_eq!(status(b"GET /metricsx HTTP/1.1\r\n\r\n"), 404);
        assert_eq!(status(b"POST /metrics HTTP/1.1\r\n\r\n"), 405);
        assert_eq!(status(b"{\"command\":\"stop\"}\n"), 400);
        assert_eq!(status(b"\x16\x03\x01\x02\x00\x01\x00\x01"), 400);
        let many = "a: b\r\n".repeat(HEADER_LIMIT + 1);
        assert_eq!(status(format!("GET /metrics HTTP/1.1\r\n{many}\r\n").as_bytes()), 431);
        assert_eq!(status(&[b"GET /", "x".repeat(REQUEST_LIMIT).as_bytes()].concat()), 431);
    }

    #[test]
    fn an_answer_says_how_long_it_is() {
        let asked = Asked { open_metrics: false, head: false };
        let answer = given(asked, "a 1\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4"), "{answer}");
        assert!(answer.ends_with("Content-Length: 4\r\nConnection: close\r\n\r\na 1\n"), "{answer}");
        assert!(given(Asked { head: true, ..asked }, "a 1\n").ends_with("\r\n\r\n"));
        assert!(denied((405, "no")).contains("\r\nAllow: GET, HEAD\r\n"));
    }
}
