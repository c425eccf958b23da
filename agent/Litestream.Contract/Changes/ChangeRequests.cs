using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.DynamoDb;
using Litestream.Fleet.Items;
using Litestream.Fleet.Table;
using Litestream.Http;
using Microsoft.Extensions.Primitives;

namespace Litestream.Contract.Changes;

/// <summary>
/// Step 1 of every change: who asks for what under which key, and was it asked for before? Nothing is written here but by <see cref="BeginAsync"/>, which an
/// endpoint calls when it knows that the change can be made: a request that is wrong uses up no key.
/// </summary>
internal sealed class ChangeRequests(ContractContext context, UlidSource ids)
{
    public const string KeyHeader = "Idempotency-Key";

    private const int MostKeyCharacters = 128;
    private static readonly byte[] NoBody = "{}"u8.ToArray();

    /// <summary>Reads body and key. Throws <see cref="ProblemException"/>.</summary>
    /// <param name="http">The request.</param>
    /// <param name="type">Of the body; one that is missing is an empty object.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<(Change Change, T Body)> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type, CancellationToken stop)
    {
        var key = KeyOf(http.Request.Headers[KeyHeader]);
        var body = await BodyAsync(http.Request, stop);
        var actor = Actor.Of(http).Name;
        var (action, hash) = ($"{http.Request.Method} {http.Request.Path}", Convert.ToHexStringLower(SHA256.HashData(body)));
        var parsed = Parse(body, type);
        var known = await FindAsync(actor, key, stop);
        if (known is not null && (known.Action, known.BodyHash) != (action, hash))
            throw new ProblemException(ContractProblems.KeyReused(key, known.Action));
        return (new(actor, action, key, hash)
        {
            Target = known?.Target ?? ids.Next(),
            At = known?.At ?? ItemTime.Rounded(context.Time.GetUtcNow()),
            IsRepeated = known is not null,
        }, parsed);
    }

    /// <summary>From here on it happens. Of two that come at once with one key the second one goes on with what the first has chosen.</summary>
    public async Task<Change> BeginAsync(Change change, CancellationToken stop)
    {
        if (change.IsRepeated)
            return change;
        var request = new RequestRecord
        {
            Actor = change.Actor,
            IdempotencyKey = change.IdempotencyKey,
            At = change.At,
            Action = change.Action,
            BodyHash = change.BodyHash,
            Target = change.Target,
        };
        try
        {
            await context.Table.WriteAsync(RequestItem.Put(request), stop);
            return change;
        }
        catch (FleetTableException refused) when (refused.Fault == TableFault.Refused)
        {
            var known = await FindAsync(change.Actor, change.IdempotencyKey, stop);
            if (known is null || (known.Action, known.BodyHash) != (change.Action, change.BodyHash))
                throw new ProblemException(ContractProblems.KeyReused(change.IdempotencyKey, known?.Action ?? "another request"));
            return change with { Target = known.Target, At = known.At, IsRepeated = true };
        }
    }

    /// <summary>An item that cannot be read is none; its key is taken all the same.</summary>
    private async Task<RequestRecord?> FindAsync(string actor, string key, CancellationToken stop) =>
        await context.Reads.FindAsync(FleetKeys.Request(actor, key), stop) is { } item && context.Reads.Readable([item], i => RequestItem.Read(i, key)).FirstOrDefault() is { } known && known.At > context.Time.GetUtcNow() - RequestItem.Life
            ? known : null;

    private static string KeyOf(StringValues header) => header is [{ Length: > 0 and <= MostKeyCharacters } key] && key.All(c => c is > ' ' and <= '~')
        ? key : throw new ProblemException(ContractProblems.BadKey());

    private async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken stop)
    {
        using var body = new MemoryStream();
        var chunk = new byte[16 * 1024];
        try
        {
            for (int read; (read = await request.Body.ReadAsync(chunk, stop)) > 0;)
            {
                body.Write(chunk, 0, read);
                if (body.Length > context.MostBodyBytes)
                    throw new ProblemException(RequestProblems.BodyTooLarge(context.MostBodyBytes));
            }
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            // Not every chunk that is none has an exception of its own.
            throw new ProblemException(RequestProblems.BadBody("it cannot be read to its end"));
        }
        if (body.Length == 0)
            return NoBody;
        return request.HasJsonContentType() ? body.ToArray() : throw new ProblemException(RequestProblems.NotJson());
    }

    private static T Parse<T>(byte[] body, JsonTypeInfo<T> type)
    {
        try
        {
            if (FindRepeated(body) is { } name)
                throw new ProblemException(RequestProblems.BadBody($"{name} is given twice"));
            return JsonSerializer.Deserialize(body, type) ?? throw new ProblemException(RequestProblems.BadBody("a JSON object is expected"));
        }
        catch (JsonException json)
        {
            throw new ProblemException(RequestProblems.BadBody($"no JSON that fits, at line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}{(json.Path is { Length: > 2 } at ? $" ({at[2..]})" : "")}"));
        }
    }

    /// <summary>A member that is given twice says two things, and which one is meant nobody knows. Null: each is given once.</summary>
    private static string? FindRepeated(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && !names.Add(reader.GetString()!))
                return reader.GetString();
        }
        return null;
    }
}
