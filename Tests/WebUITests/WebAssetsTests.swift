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
        for name in ["app.css", "explore.css", "tokens.css", "mark.svg", "app.js"] {
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
        let page = text(get("/"))
        #expect(!page.contains("style=\""))
        #expect(!page.contains("<script>"))
        #expect(!page.contains("<style"))
        for name in assets.names where name.hasSuffix(".js") {
            let script = text(get("/assets/\(name)"))
            for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
                #expect(!script.contains(forbidden), "\(name) uses \(forbidden)")
            }
        }
    }

    /// The page is served under any path, so nothing in it may start at the root of the host.
    @Test func namesEverythingRelativeToWhereItIsServed() {
        #expect(!text(get("/")).contains("href=\"/"))
        #expect(!text(get("/")).contains("src=\"/"))
        #expect(!text(get("/assets/api.js")).contains("fetch(`/"))
    }

    @Test func everyElementAScriptAsksForIsInThePage() {
        let page = text(get("/"))
        for name in assets.names where name.hasSuffix(".js") {
            for rest in text(get("/assets/\(name)")).split(separator: "byId(\"").dropFirst() {
                let id = rest.prefix { $0 != "\"" }
                #expect(page.contains("id=\"\(id)\""), "\(name) asks for \(id)")
            }
        }
    }

    @Test func usesOnlyTokensThatExist() {
        let tokens = text(get("/assets/tokens.css"))
        for name in ["app.css", "explore.css"] {
            for rest in text(get("/assets/\(name)")).split(separator: "var(").dropFirst() {
                let token = rest.prefix { $0 != ")" }
                #expect(tokens.contains("\(token):"), "\(name) uses \(token)")
            }
        }
    }

    @Test func staysSmall() {
        let bytes = assets.names.reduce(0) {
            $0 + text(get($1 == "index.html" ? "/" : "/assets/\($1)")).utf8.count
        }
        #expect(bytes <= 300_000)
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
