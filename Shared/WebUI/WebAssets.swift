// SPDX-License-Identifier: Apache-2.0
package import HTTPServer

/// The files of the web page, embedded in the executable.
package struct WebAssets: Sendable {
    /// One file as it is served.
    struct File: Sendable {
        let contentType: String
        let entityTag: String
        let bytes: [UInt8]
    }

    private let files: [String: File]

    /// Reads the embedded files once.
    package init() {
        var files: [String: File] = [:]
        for (name, bytes) in EmbeddedAssets.all() {
            files[name] = File(
                contentType: Self.contentType(of: name),
                entityTag: "\"\(String(Self.fingerprint(bytes), radix: 16))\"",
                bytes: bytes
            )
        }
        self.files = files
    }

    /// Names of all files, sorted.
    package var names: [String] { self.files.keys.sorted() }

    /// Answers `GET /` and `GET /assets/<name>`; nil for other paths.
    package func respond(to request: HTTPRequest) -> HTTPResponse? {
        let path = request.path
        let name: Substring
        if path == "/" {
            name = "index.html"
        } else if path.hasPrefix("/assets/") {
            name = path.dropFirst("/assets/".count)
        } else {
            return nil
        }
        guard let file = self.files[String(name)] else {
            return HTTPResponse(status: 404, contentType: "text/plain; charset=utf-8", text: "no such file\n")
        }
        var response = HTTPResponse(status: 200, headers: Self.headers(of: file), body: .bytes(file.bytes))
        if request.headers["If-None-Match"] == file.entityTag {
            response.status = 304
            response.body = .bytes([])
        }
        return response
    }

    private static func headers(of file: File) -> HTTPHeaders {
        [
            "Content-Type": file.contentType,
            "ETag": file.entityTag,
            "Cache-Control": "no-cache",
            "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; "
                + "base-uri 'none'; form-action 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        ]
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }

    private static func fingerprint(_ bytes: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }
}
