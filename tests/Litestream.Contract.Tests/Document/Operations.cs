using System.Text.Json.Nodes;
using Litestream.Agent.Api;
using Litestream.Contract.Timelines;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using static Litestream.Contract.Tests.Document.Parameter;
using static Litestream.Fleet.ProblemCodes;

namespace Litestream.Contract.Tests.Document;

/// <summary>What every address does, in the order in which the document has them. What a test can ask of the programs is not here: who serves it, its scope, its records.</summary>
internal static class Operations
{
    private const string GuidText = "uuid";

    private static readonly Parameter TenantId = Path("id", "GUID of the tenant.", GuidText);
    private static readonly Parameter HostId = Path("id", "Of the host.");
    private static readonly Parameter JobId = Path("id", "ULID of the restore.");
    private static readonly Parameter DrillId = Path("id", "ULID of the job of drills.");
    private static readonly Parameter EvacuationId = Path("id", "ULID of the evacuation.");
    private static readonly Parameter MoveId = Path("id", "ULID of the move.");
    private static readonly Parameter CommandId = Path("command", "ULID of the command.");
    private static readonly Parameter DatabaseId = Path("id", "GUID of the tenant, or the name of a database that has none.");

    private static readonly IReadOnlyList<Parameter> HostFilters =
    [
        Query("q", "Part of the id or the path.") with { Only = "host" },
        new("status", "query", new() { ["type"] = "string", ["enum"] = new JsonArray([.. StatusWords.All.Select(w => (JsonNode)w)]) }, "Only these.") { Only = "host" },
        Flag("unhealthy", "Only what is in error or late, or has a replica that is.") with { Only = "host" },
    ];

    public static IReadOnlyList<Operation> All { get; } = [.. Overview(), .. Hosts(), .. Tenants(), .. Restores(), .. Drills(), .. Evacuations(), .. Moves(), .. Commands(), .. Databases()];

    private static IEnumerable<Operation> Overview() =>
    [
        new("GET", "/api/health", "getHealth", "Overview", "Whether the API, or the host, is well; for monitors: the status code says it all.")
        {
            Answers = [(200, [typeof(FleetHealth), typeof(HealthReport)], "It is well."), (503, [typeof(HealthReport)], "Somebody must look (of a host; a fleet's API answers a problem).")],
        },
        new("GET", "/api/status", "getStatus", "Overview", "Everything in sums, and a page of tenants.")
        {
            Description = "`serves` says which of the two answers: of a fleet `clients` are its worst tenants, of a host all of them, page by page.",
            Parameters = [Limit(1000, ClientPage.LargestLimit) with { FleetMaximum = 100 }, Cursor with { Only = "host" }, .. HostFilters],
            Answers = [(200, [typeof(FleetStatus), typeof(StatusReport)], "As it is now.")],
            Codes = [BadParameter, BadCursor],
            HasTag = true,
        },
        new("GET", "/api/problems", "listProblems", "Overview", "What is wrong, the worst first.")
        {
            Parameters = [Limit(Lists.UsualPage, 500), Cursor],
            Answers = [(200, [typeof(FleetProblemList)], "A page.")],
            Codes = [BadParameter, BadCursor],
            HasTag = true,
        },
        new("GET", "/api/audit", "listAudit", "Overview", "Who changed what, and who was not let; the newest first.")
        {
            Parameters =
            [
                Limit(100, 500), Cursor,
                new("day", "query", new() { ["type"] = "string", ["format"] = "date" }, "Begins with this day of UTC; today unless said."),
            ],
            Answers = [(200, [typeof(AuditList)], "A page.")],
            Codes = [BadParameter, BadCursor, BadTime],
            HasTag = true,
        },
    ];

    private static IEnumerable<Operation> Hosts() =>
    [
        new("GET", "/api/hosts", "listHosts", "Hosts", "All hosts, by id.")
        {
            Parameters = [Limit(Lists.UsualPage, Lists.LargestPage), Cursor],
            Answers = [(200, [typeof(FleetHostList)], "A page; of a host's API itself alone.")],
            Codes = [BadParameter, BadCursor],
            HasTag = true,
        },
        new("GET", "/api/hosts/{id}", "getHost", "Hosts", "One host, as it last said, and what the age of that makes of it.")
        {
            Parameters = [HostId],
            Answers = [(200, [typeof(FleetHost)], "The host.")],
            Codes = [BadParameter, UnknownHost],
            HasTag = true,
        },
        new("GET", "/api/hosts/{id}/tenants", "listTenantsOfHost", "Hosts", "The tenants of a host, by GUID.")
        {
            Description = "A fleet's API knows of each only what its index repeats; the rest is null.",
            Parameters = [HostId, Limit(Lists.UsualPage, Lists.LargestPage), Cursor],
            Answers = [(200, [typeof(FleetTenantList)], "A page.")],
            Codes = [BadParameter, BadCursor, UnknownHost],
            HasTag = true,
        },
    ];

    private static IEnumerable<Operation> Tenants() =>
    [
        new("GET", "/api/tenants", "listTenants", "Tenants", "Tenants by the beginning of their GUIDs, by host, or those with a problem.")
        {
            Description = "One of `prefix`, `host` and `problems=true` says which; all of them at once would be a scan.",
            Parameters =
            [
                Query("prefix", "Beginning of the GUID, at least two digits.", "^[0-9a-fA-F]{2}[0-9a-fA-F-]{0,34}$"), Query("host", "Id of their host."), Flag("problems", "Those with a problem, the worst first."),
                Limit(Lists.UsualPage, Lists.LargestPage), Cursor,
            ],
            Answers = [(200, [typeof(FleetTenantList)], "A page.")],
            Codes = [BadParameter, BadCursor, UnknownHost],
            HasTag = true,
        },
        new("GET", "/api/tenants/{id}", "getTenant", "Tenants", "One tenant.")
        {
            Parameters = [TenantId],
            Answers = [(200, [typeof(FleetTenant)], "The tenant.")],
            Codes = [BadParameter, BadGuid, UnknownTenant],
            HasTag = true,
        },
        new("GET", "/api/tenants/{id}/timeline", "getTimeline", "Tenants", "Which of its states can be restored, as its replica says, and its drills.")
        {
            Parameters =
            [
                TenantId, Limit(TimelineQuery.UsualLimit, TimelineQuery.LargestLimit), Cursor,
                Flag("exact", $"With the times at which transactions were captured, a read of the replica for each: at most {TimelineQuery.LargestExactLimit} points then."),
            ],
            Answers = [(200, [typeof(Timeline)], "Ranges of all, points of a page.")],
            Codes = [BadParameter, BadGuid, BadTxid, UnknownTenant, Unavailable],
            HasTag = true,
        },
    ];

    private static IEnumerable<Operation> Restores() =>
    [
        new("POST", "/api/restores", "restore", "Restores", "Restores a tenant, or many to one time: in place, to a path, or as a new one.")
        {
            Body = typeof(RestoreRequest),
            Answers = [(200, [typeof(RestorePlan)], "With dryRun: what would be done. Nothing was written."), (202, [typeof(FleetJob)], "It will be done; Location says where to look.")],
            Codes = [BadArgument, BadGuid, BadTxid, BadTime, BadPath, TooMany, UnknownTenant, UnknownHost, HostAway, RestoreWaiting],
            IsKeyed = true,
        },
        new("GET", "/api/restores", "listRestores", "Restores", "What was asked for, the newest first.")
        {
            Parameters = [Limit(20, 50), Cursor],
            Answers = [(200, [typeof(FleetJobList)], "A page.")],
            Codes = [BadParameter, BadCursor],
            HasTag = true,
        },
        new("GET", "/api/restores/{id}", "getRestore", "Restores", "How a restore goes.")
        {
            Parameters = [JobId],
            Answers = [(200, [typeof(FleetJob)], "The job, with its commands.")],
            Codes = [BadParameter, UnknownJob],
            HasTag = true,
        },
        new("POST", "/api/restores/{id}/cancel", "cancelRestore", "Restores", "Calls back what of it has changed nothing yet.")
        {
            Parameters = [JobId],
            Body = typeof(EmptyRequest),
            IsBodyOptional = true,
            Answers = [(202, [typeof(FleetJob)], "It is asked to end.")],
            Codes = [UnknownJob, NotCancellable],
            IsKeyed = true,
        },
        new("POST", "/api/restores/{id}/undo", "undoRestore", "Restores", "Takes its restores in place back, for 7 days; can be undone, too.")
        {
            Parameters = [JobId],
            Body = typeof(EmptyRequest),
            IsBodyOptional = true,
            Answers = [(202, [typeof(FleetJob)], "A job of its own does it.")],
            Codes = [UnknownJob, NothingToUndo, RestoreWaiting],
            IsKeyed = true,
        },
    ];

    private static IEnumerable<Operation> Drills() =>
    [
        new("POST", "/api/drills", "drill", "Drills", "Tries the backups of some tenants, or of all of a host, now: each is restored aside by its host, proven, measured and deleted.")
        {
            Description = "Nobody needs to ask for the drills of a schedule: a fleet's worker makes them, a host alone its own.",
            Body = typeof(DrillRequest),
            Answers = [(200, [typeof(RestorePlan)], "With dryRun: what would be done. Nothing was written."), (202, [typeof(FleetJob)], "It will be done; Location says where to look.")],
            Codes = [BadArgument, BadGuid, TooMany, UnknownTenant, UnknownHost, HostAway],
            IsKeyed = true,
        },
        new("GET", "/api/drills", "listDrills", "Drills", "How much is proven, how fast it restores, and what was asked for, the newest first.")
        {
            Parameters = [Limit(20, 50), Cursor],
            Answers = [(200, [typeof(FleetDrills)], "The coverage of all, and a page of jobs.")],
            Codes = [BadParameter, BadCursor],
            HasTag = true,
        },
        new("GET", "/api/drills/{id}", "getDrill", "Drills", "How drills go that were asked for.")
        {
            Parameters = [DrillId, Cursor],
            Answers = [(200, [typeof(FleetJob)], "The job, with a page of its commands.")],
            Codes = [BadParameter, BadCursor, UnknownJob],
            HasTag = true,
        },
        new("POST", "/api/drills/{id}/cancel", "cancelDrill", "Drills", "Calls back what nobody began, and ends what somebody did; nothing of it stays.")
        {
            Parameters = [DrillId],
            Body = typeof(EmptyRequest),
            IsBodyOptional = true,
            Answers = [(202, [typeof(FleetJob)], "It is asked to end.")],
            Codes = [UnknownJob, NotCancellable],
            IsKeyed = true,
        },
    ];

    private static IEnumerable<Operation> Evacuations() =>
    [
        new("POST", "/api/evacuations", "evacuate", "Evacuations", "Brings what a lost host had to others: each tenant is restored there, whole, and is that host's from then on.")
        {
            Description = "Largest first, each to the target that is filled least. Of all tenants of a host at most 1,000 at once, and those without anything in a replica are left out. "
                + "The lost host finds that it lost them when it comes back, and touches nothing.",
            Body = typeof(EvacuationRequest),
            Answers = [(200, [typeof(EvacuationPlan)], "With dryRun: what would be done. Nothing was written."), (202, [typeof(FleetJob)], "It will be done; Location says where to look.")],
            Codes = [BadArgument, BadGuid, TooMany, UnknownTenant, UnknownHost, HostAway, HostNotLost, NoRoom, NoSuchPoint],
            IsKeyed = true,
        },
        new("GET", "/api/evacuations", "listEvacuations", "Evacuations", "What was asked for, the newest first.")
        {
            Parameters = [Limit(20, 50), Cursor],
            Answers = [(200, [typeof(FleetJobList)], "A page.")],
            Codes = [BadParameter, BadCursor],
            HasTag = true,
        },
        new("GET", "/api/evacuations/{id}", "getEvacuation", "Evacuations", "How an evacuation goes, tenant by tenant.")
        {
            Description = "`halted`: more failed than may; what was not begun can be asked for again, by another evacuation.",
            Parameters = [EvacuationId, Cursor],
            Answers = [(200, [typeof(FleetJob)], "The job, with a page of its commands.")],
            Codes = [BadParameter, BadCursor, UnknownJob],
            HasTag = true,
        },
        new("POST", "/api/evacuations/{id}/cancel", "cancelEvacuation", "Evacuations", "Calls back what nobody began; a tenant that is not there yet is given back.")
        {
            Parameters = [EvacuationId],
            Body = typeof(EmptyRequest),
            IsBodyOptional = true,
            Answers = [(202, [typeof(FleetJob)], "It is asked to end.")],
            Codes = [UnknownJob, NotCancellable],
            IsKeyed = true,
        },
    ];

    private static IEnumerable<Operation> Moves() =>
    [
        new("POST", "/api/moves", "move", "Moves", "Moves a tenant from the host that has it to another one, both of which are heard of, without losing a commit.")
        {
            Description = "Most of it goes over while its applications write. Then its host's hook is asked, its applications are kept from its file, the last commits follow, and it is opened on the other host, "
                + "whose hook is told. The command's `pausedMs` says for how long nobody could write. What cannot come is given back.",
            Body = typeof(MoveRequest),
            Answers = [(200, [typeof(MovePlan)], "With dryRun: what would be done. Nothing was written."), (202, [typeof(FleetJob)], "It will be done; Location says where to look.")],
            Codes = [BadArgument, BadGuid, BadPath, UnknownTenant, UnknownHost, HostAway, NoRoom],
            IsKeyed = true,
        },
        new("GET", "/api/moves", "listMoves", "Moves", "What was asked for, the newest first.")
        {
            Parameters = [Limit(20, 50), Cursor],
            Answers = [(200, [typeof(FleetJobList)], "A page.")],
            Codes = [BadParameter, BadCursor],
            HasTag = true,
        },
        new("GET", "/api/moves/{id}", "getMove", "Moves", "How a move goes.")
        {
            Parameters = [MoveId],
            Answers = [(200, [typeof(FleetJob)], "The job, with its command.")],
            Codes = [BadParameter, UnknownJob],
            HasTag = true,
        },
        new("POST", "/api/moves/{id}/cancel", "cancelMove", "Moves", "Calls it back, until its host has let the tenant go.")
        {
            Parameters = [MoveId],
            Body = typeof(EmptyRequest),
            IsBodyOptional = true,
            Answers = [(202, [typeof(FleetJob)], "It is asked to end.")],
            Codes = [UnknownJob, NotCancellable],
            IsKeyed = true,
        },
    ];

    private static IEnumerable<Operation> Commands() =>
    [
        new("POST", "/api/hosts/{id}/commands", "command", "Commands", "Tells a host what to do with one tenant.")
        {
            Description = "A `restore` needs the scope `fleet.restore`, too. A host's own API takes no `take-over`, no `adopt` and no `release`: those are a fleet's.",
            Parameters = [HostId],
            Body = typeof(CommandRequest),
            Answers = [(202, [typeof(FleetCommand)], "It will be done; Location says where to look.")],
            Codes = [BadArgument, BadGuid, BadTxid, BadTime, BadPath, UnknownKind, UnknownTenant, UnknownHost, HostAway, StaleEpoch, RestoreWaiting],
            IsKeyed = true,
        },
        new("GET", "/api/hosts/{id}/commands", "listCommands", "Commands", "Commands of a host, the newest first.")
        {
            Parameters = [HostId, Limit(50, 200), Cursor],
            Answers = [(200, [typeof(FleetCommandList)], "A page.")],
            Codes = [BadArgument, BadParameter, BadCursor, UnknownHost],
            HasTag = true,
        },
        new("GET", "/api/hosts/{id}/commands/{command}", "getCommand", "Commands", "How a command goes.")
        {
            Parameters = [HostId, CommandId],
            Answers = [(200, [typeof(FleetCommand)], "The command.")],
            Codes = [BadArgument, BadParameter, UnknownCommand],
            HasTag = true,
        },
        new("POST", "/api/hosts/{id}/commands/{command}/cancel", "cancelCommand", "Commands", "Calls it back, if it has changed nothing yet.")
        {
            Parameters = [HostId, CommandId],
            Body = typeof(EmptyRequest),
            IsBodyOptional = true,
            Answers = [(202, [typeof(FleetCommand)], "It is asked to end.")],
            Codes = [BadArgument, UnknownCommand, NotCancellable],
            IsKeyed = true,
        },
    ];

    /// <summary>What an agent has beside the contract: its databases by their names.</summary>
    private static IEnumerable<Operation> Databases() =>
    [
        new("GET", "/api/databases", "listDatabases", "Databases", "The databases of the host, by name.")
        {
            Parameters = [Limit(ClientPage.DefaultLimit, ClientPage.LargestLimit), Cursor, .. HostFilters],
            Answers = [(200, [typeof(ClientList)], "A page.")],
            Codes = [BadParameter, BadCursor],
        },
        new("POST", "/api/databases", "registerDatabase", "Databases", "Looks at a file of a watched directory now.")
        {
            Body = typeof(RegisterRequest),
            Answers = [(200, [typeof(Client)], "It is registered already."), (201, [typeof(Client)], "It is registered."), (202, [typeof(Client)], "It will be, when it has settled.")],
            Codes = [BadPath, OutsideWatchedDirectories, FileNotFound, NotATenant, DuplicateTenant, Stopping],
        },
        new("GET", "/api/databases/{id}", "getDatabase", "Databases", "One database.")
        {
            Parameters = [DatabaseId],
            Answers = [(200, [typeof(Client)], "The database.")],
            Codes = [BadParameter, BadGuid, UnknownClient],
        },
        new("POST", "/api/databases/{id}/sync", "syncDatabase", "Databases", "Answers when everything committed before is in the replica.")
        {
            Parameters = [DatabaseId],
            Answers = [(200, [typeof(Client)], "It is there.")],
            Codes = [BadGuid, UnknownClient, NotReplicated],
        },
        new("PUT", "/api/databases/{id}/status", "setDatabaseStatus", "Databases", "Pauses it, or resumes it.")
        {
            Parameters = [DatabaseId],
            Body = typeof(StatusChange),
            Answers = [(200, [typeof(Client)], "As it was asked for.")],
            Codes = [BadGuid, BadStatus, UnknownClient],
        },
        new("GET", "/api/health/clients", "listClientHealth", "Databases", "Whether each database is as it should be.")
        {
            Parameters = [Limit(ClientPage.DefaultLimit, ClientPage.LargestLimit), Cursor, .. HostFilters],
            Answers = [(200, [typeof(ClientHealthList)], "A page.")],
            Codes = [BadParameter],
        },
        new("GET", "/api/health/clients/{id}", "getClientHealth", "Databases", "Whether one is: the status code says it all.")
        {
            Parameters = [DatabaseId],
            Answers = [(200, [typeof(ClientHealth)], "It is."), (503, [typeof(ClientHealth)], "Somebody must look.")],
            Codes = [BadGuid, UnknownClient],
        },
    ];
}
