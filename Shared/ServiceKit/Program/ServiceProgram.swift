// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema
package import EventLog
package import Exposition
internal import Glibc

/// What the services of one process share.
package struct ProcessRuntime: Sendable {
    package let log: EventLog
    package let registry: MetricRegistry
    package let readiness: Readiness
    /// For the status pages.
    package let configuration: ShownConfiguration

    /// A runtime for tests and for services started in code.
    package init(
        log: EventLog,
        registry: MetricRegistry = MetricRegistry(),
        readiness: Readiness = Readiness(),
        configuration: ShownConfiguration = ShownConfiguration()
    ) {
        self.log = log
        self.registry = registry
        self.readiness = readiness
        self.configuration = configuration
    }

    /// The routes that every process has.
    package var statusRoutes: [Route] {
        StatusRoutes(
            readiness: self.readiness,
            registry: self.registry,
            configuration: self.configuration
        ).routes
    }
}

/// An executable: reads its configuration, starts services, stops them on a signal.
package struct ServiceProgram<Config: Sendable>: Sendable {
    /// Makes the services in the order in which they start; the listener comes last.
    package typealias Assemble =
        @Sendable (Config, ProcessRuntime) async throws -> [ServiceGroup<ContinuousClock>.Entry]

    private let name: String
    private let summary: String
    private let schema: Schema<Config>
    private let defaults: Config
    private let process: @Sendable (Config) -> ProcessConfig
    private let assemble: Assemble

    /// A program named `name`; `process` finds the part of the configuration that is every process's.
    package init(
        name: String,
        summary: String,
        schema: Schema<Config>,
        defaults: Config,
        process: @escaping @Sendable (Config) -> ProcessConfig,
        assemble: @escaping Assemble
    ) {
        self.name = name
        self.summary = summary
        self.schema = schema
        self.defaults = defaults
        self.process = process
        self.assemble = assemble
    }

    /// Runs until a signal or a failure; the result is the status of the process.
    package func main(
        arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        environment: [String: String] = ProcessEnvironment.current
    ) async -> Int32 {
        let input = CommandInput(
            program: self.name,
            summary: self.summary,
            arguments: arguments,
            environment: environment
        )
        do throws(ConfigError) {
            switch try self.schema.load(input, defaults: self.defaults, ignoring: .pyroscope) {
            case .answer(let text):
                StandardStreams.write(text, to: 1)
                return 0
            case .version:
                StandardStreams.write(BuildDescription.current.line(program: self.name), to: 1)
                return 0
            case .start(let config, let notes):
                return await self.run(config, notes)
            }
        } catch {
            StandardStreams.write("\(self.name): \(error)\n", to: 2)
            return 1
        }
    }

    private func run(_ config: Config, _ notes: [ConfigNote]) async -> Int32 {
        let process = self.process(config)
        let log = EventLog(level: process.logLevel, format: process.logFormat)
        let logger = log.logger("main")
        let shown = ShownConfiguration(config, defaults: self.defaults, self.schema)
        let runtime = ProcessRuntime(log: log, configuration: shown)
        ProcessCollector.register(in: runtime.registry)
        Self.write(notes, to: logger)
        let stop = StopSignal()
        do {
            try ProcessSignals.fire(stop)
            ProcessSignals.raiseDescriptorLimit()
            var entries = try await self.assemble(config, runtime)
            entries.append(.init("drain", DrainService(runtime.readiness, delay: process.shutdownDelay)))
            // Requests get the timeout, and what the services flush after them as long again.
            let grace = process.gracefulTimeout * 2 + process.shutdownDelay
            let group = ServiceGroup(entries, logger: logger, grace: grace, clock: ContinuousClock())
            try ProcessSignals.endProcess(after: grace + .seconds(10), from: stop)
            logger.info("starting", ["version": .string(BuildDescription.current.version)])
            try await group.run(until: stop)
            logger.info("stopped")
            return 0
        } catch {
            logger.error("ending after a failure", ["error": .error(error)])
            return 1
        }
    }

    private static func write(_ notes: [ConfigNote], to logger: Logger) {
        for note in notes {
            switch note {
            case .ignored(let names):
                logger.info(
                    "ignored: keys without effect here",
                    ["keys": .string(names.joined(separator: ","))]
                )
            case .unknownVariable(let name, let suggestion):
                logger.warn(
                    "unknown environment variable",
                    ["name": .string(name), "nearest": .string(suggestion ?? "")]
                )
            }
        }
    }
}

/// Starts last and stops first: says "not ready" before connections are closed.
private struct DrainService: Service {
    private let readiness: Readiness
    private let delay: Duration

    init(_ readiness: Readiness, delay: Duration) {
        self.readiness = readiness
        self.delay = delay
    }

    func run(until stop: StopSignal) async throws {
        await stop.wait()
        self.readiness.beginDraining()
        guard self.delay > .zero else { return }
        // Cancelled when the grace period is over: then there is nothing left to wait for.
        try? await ContinuousClock().sleep(for: self.delay)
    }
}
