// SPDX-License-Identifier: Apache-2.0
import ConfigSchema
import Testing

@Suite struct ConfigErrorTests {
    @Test(arguments: [
        (
            ["-server.http-listen-port=70000"],
            #"flag -server.http-listen-port: "70000" is not allowed; give a whole number from 0 to 65535"#
        ),
        (
            ["-server.http-timeout=30"],
            #"flag -server.http-timeout: "30" is not allowed; give a duration from 0s to 1h, such as 1h30m"#
        ),
        (["-log.format=xml"], #"flag -log.format: "xml" is not allowed; give one of logfmt, json"#),
        (["-server.verbose=maybe"], #"flag -server.verbose: "maybe" is not allowed; give true or false"#),
        (
            ["-limits.body", "0"],
            #"flag -limits.body: "0" is not allowed; give a size from 1 to 1GiB, such as 64MiB"#
        ),
        (
            ["-limits.rate-mb=nan"],
            #"flag -limits.rate-mb: "nan" is not allowed; give a number from 0 to 1000"#
        ),
        (
            ["-catalog.url=a\nb"],
            #"flag -catalog.url: "***" is not allowed; give a text of up to 4 KiB, no control characters"#
        ),
        (["-port", "4040"], "unknown flag -port; did you mean -server.http-listen-port?"),
        (
            ["-server.http-listen-prot=1"],
            "unknown flag -server.http-listen-prot; did you mean -server.http-listen-port?"
        ),
        (["-xyzzy"], "unknown flag -xyzzy; -help-all lists the flags"),
        (["-targett"], "unknown flag -targett; did you mean -target?"),
        (["-target"], "flag -target needs a value: a text of up to 4 KiB, no control characters"),
        (["server"], #"unexpected argument "server"; flags start with a dash, -help lists them"#),
        (["-"], #"unexpected argument "-"; flags start with a dash, -help lists them"#),
        (["---target=a"], #"unexpected argument "---target=a"; flags start with a dash, -help lists them"#),
        (["-config.file=none.yaml"], #"cannot read "none.yaml": no such file"#),
        (["-config.file"], "flag -config.file needs a value: a path"),
        (["-ab\u{1B}[31m"], #"unknown flag -ab\u{1b}[31m; -help-all lists the flags"#),
    ])
    func saysWhatIsWrongWithAFlag(arguments: [String], message: String) {
        #expect(SampleConfig.failure(arguments) == message)
    }

    @Test func saysWhatIsWrongWithAVariable() {
        #expect(
            SampleConfig.failure(environment: ["HEARTH_LIMITS_BODY": "big"])
                == "environment variable HEARTH_LIMITS_BODY: \"big\" is not allowed; "
                + "give a size from 1 to 1GiB, such as 64MiB"
        )
    }

    @Test(arguments: [
        (
            "server:\n  http_listen_port: 70000\n",
            "c.yaml:2:21: server.http_listen_port: \"70000\" is not allowed; "
                + "give a whole number from 0 to 65535"
        ),
        (
            "server:\n  http_port: 1\n",
            "c.yaml:2:3: unknown key server.http_port; did you mean server.http_listen_port?"
        ),
        (
            "server:\n  htp_listen_port: 1\n",
            "c.yaml:2:3: unknown key server.htp_listen_port; did you mean server.http_listen_port?"
        ),
        ("servers: {}\n", "c.yaml:1:1: unknown key servers"),
        ("server: 4040\n", "c.yaml:1:9: server is a section with keys"),
        ("- a\n", "c.yaml:1:1: the file is a section with keys"),
        (
            "target: [a, b]\n",
            #"c.yaml:1:9: target: "a list" is not allowed; give a text of up to 4 KiB, no control characters"#
        ),
        (
            "ring:\n  peers: [a, {b: c}]\n",
            #"c.yaml:2:10: ring.peers: "a list" is not allowed; give texts with commas between"#
        ),
        ("target: a\ntarget: b\n", "c.yaml:2:1: this key is set twice"),
        ("target: &x a\nring: {peers: *x}\n", "c.yaml:2:15: aliases are not allowed"),
        ("target: a\n---\ntarget: b\n", "c.yaml:2:1: one document is allowed, here a second one starts"),
        ("? [a]\n: b\n", "c.yaml:1:3: a key must be a plain word"),
        ("target: 'a\n", "c.yaml:2:1: found unexpected end of stream"),
        ("\ttarget: a\n", "c.yaml:1:1: found character that cannot start any token"),
        (
            "catalog: {url: [s3cret]}\n",
            "c.yaml:1:16: catalog.url: \"a list\" is not allowed; "
                + "give a text of up to 4 KiB, no control characters"
        ),
    ])
    func saysWhereTheFileIsWrong(file: String, message: String) {
        #expect(SampleConfig.failure(file: file) == message)
    }

    @Test func boundsDepthAndSizeOfTheFile() {
        let deep = String(repeating: "[", count: 40_000)
        #expect(SampleConfig.failure(file: deep) == "c.yaml:1:65: nested deeper than 64 levels")
        let large = "target: " + String(repeating: "a", count: 1 << 20)
        #expect(SampleConfig.failure(file: large) == "c.yaml:1:1: the file is larger than 1 MiB")
    }

    @Test func cutsALongValue() {
        let message = SampleConfig.failure(["-target=" + String(repeating: "ä", count: 10_000)])
        #expect(message.unicodeScalars.count < 400)
        #expect(message.contains("ä…"))
    }

    @Test func readsARealFileAndNamesTheSystemsReason() {
        #expect(throws: ConfigError.unreadable(path: "/nowhere/c.yaml", reason: "No such file or directory"))
        {
            try ConfigFile.read("/nowhere/c.yaml", limit: 10)
        }
        #expect(throws: ConfigError.unreadable(path: "/", reason: "Is a directory")) {
            try ConfigFile.read("/", limit: 10)
        }
        #expect(throws: Never.self) { try ConfigFile.read("/proc/self/stat", limit: 1 << 20) }
    }

    @Test func survivesCutAndMutatedFiles() {
        let file = Array(
            "target: 'a' # c\nserver:\n  http_listen_port: 1\nlimits: {body: 1}\nring:\n  peers: [a, b]\n"
                .utf8
        )
        var state: UInt64 = 42
        func random() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        var texts = file.indices.map { Array(file[..<$0]) }
        for _ in 0..<500 {
            var text = file
            for _ in 0...random() % 4 { text[random() % text.count] = UInt8(random() % 256) }
            texts.append(text)
        }
        for text in texts {
            let input = CommandInput(program: "p", arguments: ["-config.file=c.yaml"]) { (_, _) in text }
            do throws(ConfigError) {
                _ = try SampleConfig.schema.load(input, defaults: SampleConfig())
            } catch {
                #expect(error.description.hasPrefix("c.yaml:"))
            }
        }
    }
}
