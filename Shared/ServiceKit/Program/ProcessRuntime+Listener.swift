// SPDX-License-Identifier: Apache-2.0
internal import EventLog

extension ProcessRuntime {
    /// The listener of a process: its status routes and `routes`, then `mounts`, on the configured port.
    package func listener(
        _ config: ProcessConfig,
        routes: [Route],
        mounts: [(name: String?, respond: RouteTable.Mount)] = []
    ) -> HTTPService {
        let logger = self.log.logger("http")
        let table = RouteTable(
            routes: self.statusRoutes + routes,
            mounts: mounts,
            registry: self.registry,
            logger: logger,
            requestCountMax: config.requestCountMax,
            bodyByteCountMax: config.inflightByteCountMax
        )
        return HTTPService(config, handler: table, registry: self.registry, logger: logger)
    }
}
