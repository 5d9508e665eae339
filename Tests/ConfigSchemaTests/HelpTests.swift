// SPDX-License-Identifier: Apache-2.0
import ConfigSchema
import Testing

@Suite struct HelpTests {
    private static func answer(_ flag: String) throws -> String {
        guard case .answer(let text) = try SampleConfig.load([flag]) else { return "no answer" }
        return text
    }

    @Test(arguments: ["-help", "--help", "-h"])
    func listsTheFlagsThatMostPeopleNeed(flag: String) throws {
        #expect(
            try Self.answer(flag) == """
                Usage: sample [flags]

                A sample.

                Each flag can also be set by an environment variable (-server.http-listen-port is
                HEARTH_SERVER_HTTP_LISTEN_PORT) or in a YAML file. Flags win over the environment, and the
                environment over the file.

                  -catalog.url string
                        Where the catalogue is.
                  -config.expand-env
                        Replace ${NAME} in the file by the environment.
                  -config.file path
                        YAML file to read.
                  -config.verify
                        Check the configuration, print it and exit.
                  -help
                        Print the flags that most people need.
                  -help-all
                        Print every flag.
                  -limits.body bytes
                        Largest body. (default 32MiB)
                  -limits.rate-mb float
                        Rate. (default 16)
                  -log.format string
                        How logs look. (default logfmt)
                  -ring.peers list
                        Addresses.
                  -server.http-listen-port int
                        Port of the listener. (default 4040)
                  -server.http-timeout duration
                        Longest request. (default 30s)
                  -target string
                        What to run. (default all)
                  -version
                        Print the version.

                -help-all lists all flags.

                """
        )
    }

    @Test func listsAdvancedFlagsOnRequest() throws {
        #expect(
            try Self.answer("-help-all").contains("  -server.verbose\n        Say more. (default false)\n")
        )
    }
}
