// SPDX-License-Identifier: Apache-2.0
import ConfigSchema
import Support
import Testing

/// A configuration with one key of each kind.
struct SampleConfig: Sendable, Equatable {
    enum Format: String, CaseIterable, Sendable { case logfmt, json }

    struct Server: Sendable, Equatable {
        var port = 4_040
        var isVerbose = false
        var timeout = Duration.seconds(30)
    }

    var server = Server()
    var format = Format.logfmt
    var bodyLimit = 32 << 20
    var rate = 16.0
    var target = "all"
    var peers: [String] = []
    var url = Secret("")

    static let schema = Schema<SampleConfig>([
        Schema<Server>(
            section: "server",
            [
                .int("http-listen-port", \.port, in: 0...65_535, "Port of the listener."),
                .bool("verbose", \.isVerbose, "Say more.").advanced(),
                .duration("http-timeout", \.timeout, in: .zero ... .seconds(3_600), "Longest request."),
            ]
        ).nested(at: \.server),
        Schema<SampleConfig>(
            section: "",
            [
                .choice("log.format", \.format, "How logs look.").yaml("server.log_format"),
                .byteCount("limits.body", \.bodyLimit, in: 1...1 << 30, "Largest body."),
                .double("limits.rate-mb", \.rate, in: 0...1_000, "Rate."),
                .string("target", \.target, "What to run."),
                .list("ring.peers", \.peers, "Addresses."),
                .secret("catalog.url", \.url, "Where the catalogue is."),
            ]
        ),
    ])

    static func load(
        _ arguments: [String],
        environment: [String: String] = [:],
        file: String? = nil
    ) throws -> LoadOutcome<SampleConfig> {
        let input = CommandInput(
            program: "sample",
            summary: "A sample.",
            arguments: arguments,
            environment: environment
        ) { (path, _) throws(ConfigError) in
            guard let file else { throw .unreadable(path: path, reason: "no such file") }
            return Array(file.utf8)
        }
        return try Self.schema.load(
            input,
            defaults: SampleConfig(),
            ignoring: IgnoredKeys(
                flagPrefixes: ["memberlist."],
                flags: ["server.odd-one"],
                sections: ["memberlist", "analytics"]
            )
        )
    }

    static func read(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        file: String? = nil
    ) throws -> (config: SampleConfig, notes: [ConfigNote]) {
        let arguments = file == nil ? arguments : ["-config.file=c.yaml"] + arguments
        guard
            case .start(let config, let notes) = try Self.load(
                arguments,
                environment: environment,
                file: file
            )
        else { throw ConfigError.unexpectedArgument("not a start") }
        return (config, notes)
    }

    static func failure(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        file: String? = nil
    ) -> String {
        do {
            _ = try Self.read(arguments, environment: environment, file: file)
            return "no failure"
        } catch {
            return "\(error)"
        }
    }
}

@Suite struct SchemaTests {
    @Test func keepsTheDefaultsWithoutSources() throws {
        let (config, notes) = try SampleConfig.read()
        #expect(config == SampleConfig())
        #expect(notes.isEmpty)
    }

    @Test(arguments: [
        ["-server.http-listen-port=5000", "-server.verbose"],
        ["-server.http-listen-port", "5000", "-server.verbose=true"],
        ["--server.http-listen-port=5000", "--server.verbose=1"],
        ["-server.verbose", "--server.http-listen-port", "5000"],
    ])
    func takesFlagsAsGoWritesThem(arguments: [String]) throws {
        let (config, _) = try SampleConfig.read(arguments)
        #expect(config.server.port == 5_000)
        #expect(config.server.isVerbose)
    }

    @Test func readsEveryKindFromAFile() throws {
        let (config, _) = try SampleConfig.read(
            file: """
                # as an operator writes it
                target: "ingester"
                server:
                  http_listen_port: 5000
                  http_timeout: 1m30s
                  log_format: json
                  verbose: yes
                limits: {body: 64MiB, rate_mb: 0.5}
                ring:
                  peers:
                    - a:1
                    - b:2
                catalog:
                  url: postgres://u:p@h/db
                """
        )
        var expected = SampleConfig()
        expected.target = "ingester"
        expected.server = .init(port: 5_000, isVerbose: true, timeout: .seconds(90))
        expected.format = .json
        expected.bodyLimit = 64 << 20
        expected.rate = 0.5
        expected.peers = ["a:1", "b:2"]
        expected.url = Secret("postgres://u:p@h/db")
        #expect(config == expected)
        #expect(config.url.reveal() == "postgres://u:p@h/db")
    }

    /// The section that the fuzzer knows, and a file for it.
    @Test func readsASectionOfItsOwn() throws {
        struct Section {
            var text = ""
            var items: [String] = []
            var size = 1
        }
        let schema = Schema<Section>(
            section: "a",
            [
                .string("text", \.text, "Text."), .list("items", \.items, "Items."),
                .byteCount("size", \.size, in: 0...1 << 40, "Size."),
            ]
        )
        let file = Array(
            "a: # of two\n  text: 'é ${HOME:-none}'\n  items: [one, \"two\"]\n  size: 64MiB\n".utf8
        )
        let arguments = ["-config.file=f", "-config.expand-env"]
        let input = CommandInput(program: "p", arguments: arguments) { (_, _) in file }
        guard case .start(let section, _) = try schema.load(input, defaults: Section()) else {
            Issue.record("no start")
            return
        }
        #expect(section.text == "é none" && section.items == ["one", "two"] && section.size == 64 << 20)
        FuzzSeed.save(file, for: "ConfigFileFuzz")
    }

    @Test func letsFlagsWinOverTheEnvironmentAndThatOverTheFile() throws {
        let file = "target: f\nserver: {http_listen_port: 1, http_timeout: 1s}\n"
        let environment = ["HEARTH_SERVER_HTTP_LISTEN_PORT": "2", "HEARTH_TARGET": "e", "HOME": "/"]
        let (config, _) = try SampleConfig.read(["-target=g"], environment: environment, file: file)
        #expect(config.target == "g")
        #expect(config.server.port == 2)
        #expect(config.server.timeout == .seconds(1))
    }

    @Test func keepsTheDefaultOfAKeyWithoutValue() throws {
        #expect(
            try SampleConfig.read(file: "server:\ntarget:\nlimits: {rate_mb: ~}\n").config == SampleConfig()
        )
        #expect(try SampleConfig.read(file: "").config == SampleConfig())
    }

    @Test func notesIgnoredKeysAndUnknownVariables() throws {
        let (_, notes) = try SampleConfig.read(
            ["-memberlist.join", "a:1", "-memberlist.x", "-server.odd-one=1", "-target=a"],
            environment: ["HEARTH_TARGT": "x"],
            file: "memberlist: {join: [a, {b: c}]}\nanalytics: {on: false}\nserver: {odd_one: 1}\n"
        )
        #expect(
            notes == [
                .ignored(
                    [
                        "memberlist", "analytics", "server.odd_one", "-memberlist.join", "-memberlist.x",
                        "-server.odd-one",
                    ]),
                .unknownVariable("HEARTH_TARGT", suggestion: "HEARTH_TARGET"),
            ]
        )
    }

    @Test func expandsTheEnvironmentInTheFileWhenAsked() throws {
        let file = "target: ${WHAT}\nring: {peers: ['${NONE:-a:1}', $$, $x]}\n"
        let (config, _) = try SampleConfig.read(
            ["-config.expand-env"],
            environment: ["WHAT": "querier"],
            file: file
        )
        #expect(config.target == "querier")
        #expect(config.peers == ["a:1", "$", "$x"])
        #expect(try SampleConfig.read(file: "target: ${WHAT}").config.target == "${WHAT}")
    }

    @Test func printsAConfigurationThatReadsBackWithoutSecrets() throws {
        let flags = [
            "-server.http-listen-port=1", "-target=it's: #odd", "-ring.peers=a,b", "-catalog.url=x:y",
            "-limits.rate-mb=1.5",
        ]
        let (config, _) = try SampleConfig.read(flags)
        let text = SampleConfig.schema.yaml(config)
        #expect(!text.contains("x:y"))
        var expected = config
        expected.url = Secret("***")
        #expect(try SampleConfig.read(file: text).config == expected)
        guard case .answer(let verified) = try SampleConfig.load(flags + ["-config.verify"]) else {
            Issue.record("no answer")
            return
        }
        #expect(verified == text)
    }

    @Test func writesTheReferenceTable() {
        let table = SampleConfig.schema.reference(defaults: SampleConfig())
        let row =
            "| `-server.http-listen-port` | `server.http_listen_port` | `4040` | Port of the listener. "
            + "Give a whole number from 0 to 65535. |"
        #expect(table.split(separator: "\n").contains { $0 == row })
        #expect(table.split(separator: "\n").count == SampleConfig.schema.keys.count + 2)
    }

    @Test func asksForTheVersion() throws {
        guard case .version = try SampleConfig.load(["--version"]) else {
            Issue.record("no version")
            return
        }
    }

    @Test func hidesASecretFromEveryPrinter() {
        let secret = Secret("hush")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("hush"))
    }
}
