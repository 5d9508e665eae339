// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Testing
import WebUI

@Suite struct WebAssetsTests {
    let assets = WebAssets()

    private func get(_ target: String, headers: HTTPHeaders = [:]) -> HTTPResponse? {
        assets.respond(
            to: HTTPRequest(
                method: "GET",
                target: target,
                version: .http11,
                headers: headers,
                authority: "localhost",
                remoteAddress: "127.0.0.1:1",
                declaredLength: nil,
                body: BufferedBody([])
            )
        )
    }

    private func text(_ response: HTTPResponse?) -> String {
        guard case .bytes(let bytes)? = response?.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func servesThePageAtTheRoot() {
        let response = get("/?service=checkout")
        #expect(response?.status == 200)
        #expect(response?.headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(text(response).contains("<canvas id=\"flame\""))
    }

    @Test func servesEveryFileThePageNames() {
        let page = text(get("/"))
        let scripts = assets.names.filter { $0.hasSuffix(".js") }
        for name in ["app.css", "tokens.css", "mark.svg", "app.js"] {
            #expect(page.contains("/assets/\(name)"))
        }
        for name in scripts {
            for line in text(get("/assets/\(name)")).split(separator: "\n") where line.contains(" from \"./")
            {
                let module = line.split(separator: "\"").dropLast().last.map { $0.dropFirst(2) } ?? ""
                #expect(assets.names.contains(String(module)), "\(name) imports \(module)")
            }
        }
    }

    @Test func forbidsForeignScriptsAndInlineStyles() {
        let policy = get("/")?.headers["Content-Security-Policy"] ?? ""
        #expect(policy.contains("default-src 'self'"))
        #expect(!policy.contains("unsafe"))
        #expect(!text(get("/")).contains("style=\""))
        for name in assets.names where name.hasSuffix(".js") {
            #expect(!text(get("/assets/\(name)")).contains("innerHTML"))
        }
    }

    @Test func answersNotModifiedToTheSameEntityTag() {
        let tag = get("/assets/app.js")?.headers["ETag"] ?? ""
        let again = get("/assets/app.js", headers: ["If-None-Match": tag])
        #expect(again?.status == 304)
        #expect(text(again).isEmpty)
    }

    @Test func leavesOtherPathsToOthers() {
        #expect(get("/ready") == nil)
        #expect(get("/assets/../app.js")?.status == 404)
    }
}
