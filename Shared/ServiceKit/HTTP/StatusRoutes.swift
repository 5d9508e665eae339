// SPDX-License-Identifier: Apache-2.0
internal import ConfigSchema
package import Exposition
internal import HTTPServer

/// What this program is.
package struct BuildDescription: Sendable, Equatable {
    package var version: String
    package var revision: String
    package var branch: String

    /// The description of a build; what is not known is empty.
    package init(version: String, revision: String = "", branch: String = "") {
        self.version = version
        self.revision = revision
        self.branch = branch
    }

    /// This tree.
    package static let current = BuildDescription(version: "0.1.0")

    /// What `-version` prints.
    package func line(program: String) -> String {
        "\(program), version \(self.version)\(self.revision.isEmpty ? "" : " (revision \(self.revision))")\n"
    }

    private var json: String {
        #"{"status":"success","data":{"version":"\#(self.version)","revision":"\#(self.revision)","#
            + #""branch":"\#(self.branch)","buildUser":"","buildDate":"","goVersion":""}}"#
    }

    private var prettyJSON: String {
        """
        {
          "status": "success",
          "data": {
            "version": "\(self.version)",
            "revision": "\(self.revision)",
            "branch": "\(self.branch)",
            "buildUser": "",
            "buildDate": "",
            "goVersion": ""
          }
        }
        """
    }

    func response(to request: HTTPRequest) -> HTTPResponse {
        let isPretty = request.headers["Accept"] == "application/json+pretty"
        let text = isPretty ? self.prettyJSON : self.json
        return HTTPResponse(status: 200, contentType: "application/json", text: text)
    }
}

/// A process's configuration as YAML with secrets masked.
package struct ShownConfiguration: Sendable, Equatable {
    package var current = ""
    package var defaults = ""
    /// The keys that are not at their defaults.
    package var difference = ""

    /// Texts to show; nothing by default.
    package init(current: String = "", defaults: String = "", difference: String = "") {
        self.current = current
        self.defaults = defaults
        self.difference = difference
    }

    /// What is shown of `config`.
    init<Config>(_ config: Config, defaults: Config, _ schema: Schema<Config>) {
        self.current = schema.yaml(config)
        self.defaults = schema.yaml(defaults)
        let difference = schema.yaml(config, unlike: defaults)
        self.difference = difference.isEmpty ? "{}\n" : difference
    }
}

/// The routes that every process has: readiness, metrics, version, configuration.
package struct StatusRoutes: Sendable {
    private let readiness: Readiness
    private let registry: MetricRegistry
    private let build: BuildDescription
    private let configuration: ShownConfiguration

    /// Routes over the parts of one process.
    package init(
        readiness: Readiness,
        registry: MetricRegistry,
        build: BuildDescription = .current,
        configuration: ShownConfiguration
    ) {
        self.readiness = readiness
        self.registry = registry
        self.build = build
        self.configuration = configuration
    }

    /// The routes, for a `RouteTable`.
    package var routes: [Route] {
        [
            .get("/ready", isUrgent: true) { _ in await self.ready() },
            .get("/metrics", isUrgent: true) { _ in
                HTTPResponse(status: 200, contentType: MetricText.contentType, text: self.registry.render())
            },
            .get("/api/v1/status/buildinfo") { self.build.response(to: $0) },
            Self.shown("/api/v1/status/config", self.configuration.current),
            Self.shown("/api/v1/status/config/diff", self.configuration.difference),
            Self.shown("/api/v1/status/config/default", self.configuration.defaults),
        ]
    }

    private static func shown(_ path: String, _ yaml: String) -> Route {
        .get(path) { _ in
            HTTPResponse(status: 200, contentType: "text/plain; charset=utf-8", text: yaml)
        }
    }

    private func ready() async -> HTTPResponse {
        let problems = await self.readiness.problems()
        guard !problems.isEmpty else {
            return HTTPResponse(status: 200, contentType: "text/plain", text: "ready")
        }
        let text = "Some services are not Running:\n" + problems.map { "\($0)\n" }.joined()
        return HTTPResponse(status: 503, contentType: "text/plain; charset=utf-8", text: text)
    }
}
