using Embedded;
using Litestream;
using Litestream.Hosting;
using Litestream.Ltx;

var builder = WebApplication.CreateSlimBuilder(args);
var path = Path.GetFullPath(builder.Configuration["Database"] ?? "data/notes.db");

builder.Services.AddLitestream(options =>
{
    options.Databases.Add(path);
    options.Replicas.Add(builder.Configuration["Replica"] ?? Path.GetFullPath("backups"));
});
builder.Services.AddHealthChecks().AddLitestream();
builder.Services.AddSingleton(new Notes($"Data Source={path};Pooling={builder.Configuration["Pooling"] ?? "True"}"));

var app = builder.Build();

// The tables are made before the host starts, so the database must be there before: restored, if it is missing and a replica has it.
var litestream = app.Services.GetRequiredService<LitestreamHost>();
await litestream.OpenAsync();
litestream.Store.StateChanged += (_, change) => app.Logger.LogInformation("{Name}: {Before} -> {Status} {Reason}", change.Database.Name, change.Before, change.Status, change.Reason);
app.Services.GetRequiredService<Notes>().CreateTable();

app.MapHealthChecks("/health");
app.MapGet("/notes", (Notes notes) => string.Join('\n', notes.All()));

// Fast: the note is committed, and in the replica about a second later.
app.MapPost("/notes", (string text, Notes notes) => notes.Add(text));

// Sure: answered when a restore on another machine would have it.
app.MapPost("/notes/durable", async (string text, Notes notes, Database database, CancellationToken stop) =>
{
    notes.Add(text);
    return (await database.SyncAsync(stop)).ToString();
});

// As it was: a copy, restored from the replica.
app.MapGet("/notes/at/{txid}", async (string txid, Database database, CancellationToken stop) =>
{
    if (!Txid.TryParse(txid, out var wanted))
        return "a transaction has 16 hex digits";
    var copy = Path.Combine(Path.GetTempPath(), $"notes-{Guid.NewGuid():N}.db");
    await database.RestoreAsync(new() { OutputPath = copy, Txid = wanted }, stop);
    try
    {
        return string.Join('\n', new Notes($"Data Source={copy};Pooling=False").All());
    }
    finally
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(copy) + "*"))
            File.Delete(file);
    }
});

app.MapGet("/verify", async (Database database, CancellationToken stop) => (await database.VerifyAsync(stop)).IsWhole ? "whole" : "damaged");

app.Run();
