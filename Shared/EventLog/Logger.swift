// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What all loggers of a process share: where lines go, how they look, and from which level on.
package final class EventLog: Sendable {
    /// Milliseconds since 1970; injected so that tests see fixed times.
    package typealias Now = @Sendable () -> Int64

    private let sink: any LogSink
    private let format: LogFormat
    private let now: Now
    private let threshold: Mutex<LogLevel>

    /// A log that writes `level` and above.
    package init(
        level: LogLevel = .info,
        format: LogFormat = .logfmt,
        sink: any LogSink = FileDescriptorSink(),
        now: @escaping Now = EventLog.systemMilliseconds
    ) {
        self.sink = sink
        self.format = format
        self.now = now
        self.threshold = Mutex(level)
    }

    /// The least level that is written; may change while the process runs.
    package var level: LogLevel {
        get { self.threshold.withLock { $0 } }
        set { self.threshold.withLock { $0 = newValue } }
    }

    /// A logger whose events name `component`.
    package func logger(_ component: String) -> Logger { Logger(log: self, component: component) }

    fileprivate func write(
        _ level: LogLevel,
        _ component: String,
        _ message: StaticString,
        _ fields: LogFields
    ) {
        var line = LogLine(self.format)
        line.append("ts", .string(LogTime.render(milliseconds: self.now())))
        line.append("level", .string(level.rawValue))
        line.append("component", .string(component))
        line.append("msg", .string("\(message)"))
        for (name, value) in LogContext.fields.followed(by: fields).pairs { line.append(name, value) }
        self.sink.write(line.finished())
    }
}

/// Writes events of one component.
///
/// Messages are fixed texts, what varies goes into fields: lines can be grouped, and a hostile value stays a
/// value.
package struct Logger: Sendable {
    private let log: EventLog
    private let component: String

    fileprivate init(log: EventLog, component: String) {
        self.log = log
        self.component = component
    }

    /// Writes nowhere.
    package static let silent = EventLog(level: .error, sink: RecordingSink(lineCountMax: 1)).logger("silent")

    /// Whether an event of `level` would be written.
    package func isEnabled(_ level: LogLevel) -> Bool { level >= self.log.level }

    /// Logs what helps to find a fault.
    package func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        self.log(.debug, message, fields)
    }

    /// Logs what an operator wants to know.
    package func info(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        self.log(.info, message, fields)
    }

    /// Logs what may need attention.
    package func warn(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        self.log(.warn, message, fields)
    }

    /// Logs what went wrong.
    package func error(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        self.log(.error, message, fields)
    }

    private func log(_ level: LogLevel, _ message: StaticString, _ fields: () -> LogFields) {
        guard self.isEnabled(level) else { return }
        self.log.write(level, self.component, message, fields())
    }
}
