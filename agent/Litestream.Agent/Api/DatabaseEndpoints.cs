using Litestream.Agent.Interop;
using Litestream.Agent.Watching;
using Litestream.Fleet;
using Litestream.Fleet.Api;
using Litestream.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Litestream.Agent.Api;

/// <summary><c>/api/databases</c>: the tenants, one by one; registering one, pausing one.</summary>
internal static class DatabaseEndpoints
{
    private const int LongestPath = 4096;

    public static void Map(IEndpointRouteBuilder routes, AgentView agent)
    {
        routes.MapGet("/api/databases", (HttpRequest request) =>
        {
            var query = ListQuery.Read(request.Query, agent.Census);
            var (page, nextCursor) = query.Page(agent.Stores.Databases);
            return TypedResults.Json(new ClientList(page.ConvertAll(d => ClientView.Of(d.Snapshot())), nextCursor), FleetJson.Default.ClientList);
        });
        routes.MapGet("/api/databases/{id}", (string id, HttpRequest request) =>
        {
            QueryText.Know(request.Query);
            return Answer(ClientLookup.Find(agent.Stores, id));
        });
        routes.MapPost("/api/databases", (RegisterRequest body) => Register(agent.Registration, body));
        routes.MapPost("/api/databases/{id}/sync", (string id, CancellationToken stop) => SyncAsync(ClientLookup.Find(agent.Stores, id), stop));
        routes.MapPut("/api/databases/{id}/status", (string id, StatusChange body) => Change(agent.Stores, id, body));
    }

    private static JsonHttpResult<Client> Register(Registration registration, RegisterRequest body)
    {
        var (directory, fileName) = Locate(registration, body.Path);
        var path = directory.PathOf(fileName);
        var verdict = registration.Consider(directory, fileName);
        return verdict.Kind switch
        {
            VerdictKind.Registered => Answer(verdict.File!.Database, StatusCodes.Status201Created),
            VerdictKind.AlreadyRegistered => Answer(verdict.File!.Database),
            VerdictKind.Queued => Answer(verdict.File!.Database, StatusCodes.Status202Accepted),
            VerdictKind.Missing => throw new ProblemException(Problems.FileNotFound(path)),
            VerdictKind.Duplicate => throw new ProblemException(Problems.DuplicateTenant(path, verdict.Reason!)),
            VerdictKind.Stopping => throw new ProblemException(Problems.Stopping()),
            _ => throw new ProblemException(Problems.NotATenant(path, verdict.Reason ?? TenantFiles.WhyNotTenant(fileName))),
        };
    }

    /// <summary>Only the file's name is taken from the request; its directory is one of ours, found by what it is and not by how it is written.</summary>
    private static (WatchedDirectory Directory, string FileName) Locate(Registration registration, string? path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new ProblemException(Problems.BadPath("path is missing"));
        if (path.Length > LongestPath || path.AsSpan().ContainsAnyInRange('\0', '\x1f') || !Path.IsPathRooted(path))
            throw new ProblemException(Problems.BadPath("path is absolute, at most 4096 characters, without control characters"));
        var full = Path.GetFullPath(path);
        var (parent, fileName) = (Path.GetDirectoryName(full), Path.GetFileName(full));
        var facts = FileFacts.Read(parent ?? full, followLinks: true);
        var directory = registration.Directories.FirstOrDefault(d => d.Path == parent)
            ?? registration.Directories.FirstOrDefault(d => FileFacts.Read(d.Path, followLinks: true).IsSameFileAs(facts));
        return directory is null || fileName.Length == 0
            ? throw new ProblemException(Problems.OutsideWatchedDirectories(full))
            : (directory, fileName);
    }

    private static JsonHttpResult<Client> Change(Stores stores, string id, StatusChange body)
    {
        var database = ClientLookup.Find(stores, id);
        if (body.Status == StatusWords.Paused)
            database.Pause();
        else if (body.Status == StatusWords.Active)
            database.Resume();
        else
            throw new ProblemException(Problems.BadStatus());
        return TypedResults.Json(Changed(ClientView.Of(database.Snapshot()), body.Status), FleetJson.Default.Client);
    }

    /// <summary>Answers when everything committed before the request is in the replica; not before the caller gives up.</summary>
    private static async Task<JsonHttpResult<Client>> SyncAsync(Database database, CancellationToken stop)
    {
        try
        {
            await database.SyncAsync(stop);
        }
        catch (LitestreamException e)
        {
            throw new ProblemException(Problems.NotReplicated(e.Message));
        }
        return Answer(database);
    }

    /// <summary>
    /// The engine takes the change up at its next look, so a snapshot may still show what was before: the answer is what was asked for and is in the
    /// books by now. Only a fence stays what it is, as no pause and no resume lifts it.
    /// </summary>
    private static Client Changed(Client client, string status) => client.Status == status || client.Status is StatusWords.SplitBrain or StatusWords.Lost || client.Reason == ReasonWords.Released
        ? client
        : client with { Status = status, Reason = status == StatusWords.Paused ? ReasonWords.PausedByUser : ReasonWords.Pending, Detail = null };

    private static JsonHttpResult<Client> Answer(Database database, int statusCode = StatusCodes.Status200OK) =>
        TypedResults.Json(ClientView.Of(database.Snapshot()), FleetJson.Default.Client, statusCode: statusCode);
}
