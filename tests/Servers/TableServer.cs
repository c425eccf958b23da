using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Litestream.Tests.Servers;

/// <summary>
/// A table of the tests that speaks as much of DynamoDB as litestream asks for, over loopback, and misbehaves when told. It counts what AWS would charge:
/// write units of the table and of each index it was told of. It checks no signatures; that expressions mean the same elsewhere, dynalite shows.
/// </summary>
internal sealed class TableServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Dictionary<(string, string), Dictionary<string, TableValue>> _items = [];
    private readonly TableCharges _charges;
    private long _busyTicks;
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IReadOnlyList<TableIndex> _indexes;
    private readonly TablePartitions _partitions;

    private TableServer(WebApplication application, (string PartitionKey, string SortKey, IReadOnlyCollection<string>? Included)[] indexes)
    {
        (_application, _charges) = (application, new(indexes));
        _indexes = [TableIndex.Table, .. indexes.Select(i => new TableIndex(i.PartitionKey, i.SortKey, i.Included))];
        _partitions = new(_indexes);
    }

    /// <summary>http://127.0.0.1:port</summary>
    public string Endpoint { get; private set; } = "";

    public TableCharges Charges => _charges;

    /// <summary>Every request so far, answered or not; forgotten with <see cref="KeepsRequests"/> false.</summary>
    public ConcurrentQueue<TableServerRequest> Requests { get; } = new();

    public bool KeepsRequests { get; set; } = true;

    /// <summary>So long it worked on answers.</summary>
    public TimeSpan Busy => TimeSpan.FromTicks(Interlocked.Read(ref _busyTicks));

    /// <summary>Asked for each request before it is served.</summary>
    public Func<TableServerRequest, TableServerFault> Fault { get; set; } = _ => TableServerFault.None;

    /// <summary>Before each answer.</summary>
    public TimeSpan Delay { get; set; }

    /// <param name="indexes">Partition key, sort key and repeated attributes (null: all) of each index that is charged.</param>
    public static async Task<TableServer> StartAsync(params (string PartitionKey, string SortKey, IReadOnlyCollection<string>? Included)[] indexes)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new TableServer(builder.Build(), indexes);
        server._application.Run(server.ServeAsync);
        await server._application.StartAsync();
        server.Endpoint = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    /// <summary>A copy; null when there is none.</summary>
    public IReadOnlyDictionary<string, TableValue>? Find(string partition, string sort)
    {
        lock (_items)
            return _items.TryGetValue((partition, sort), out var item) ? new Dictionary<string, TableValue>(item) : null;
    }

    public IReadOnlyList<IReadOnlyDictionary<string, TableValue>> All(string partitionPrefix)
    {
        lock (_items)
            return [.. _items.Where(i => i.Key.Item1.StartsWith(partitionPrefix, StringComparison.Ordinal)).Select(i => new Dictionary<string, TableValue>(i.Value))];
    }

    public void Delete(string partition, string sort)
    {
        lock (_items)
            Keep((partition, sort), null);
    }

    /// <summary>As somebody else would write it; null takes it away.</summary>
    public void Set(string partition, string sort, string name, TableValue? value)
    {
        lock (_items)
        {
            var item = _items.TryGetValue((partition, sort), out var found) ? new Dictionary<string, TableValue>(found) : new() { ["pk"] = new(false, partition), ["sk"] = new(false, sort) };
            if (value is { } given)
                item[name] = given;
            else
                item.Remove(name);
            Keep((partition, sort), item);
        }
    }

    /// <summary>A whole item, in place of what is there.</summary>
    public void Put(string partition, string sort, IEnumerable<KeyValuePair<string, TableValue>> attributes)
    {
        lock (_items)
            Keep((partition, sort), new(attributes) { ["pk"] = new(false, partition), ["sk"] = new(false, sort) });
    }

    /// <summary>What hangs goes on, and is cut.</summary>
    public void Release() => Interlocked.Exchange(ref _released, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Release();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var clock = Stopwatch.GetTimestamp();
        var target = context.Request.Headers["X-Amz-Target"].ToString();
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var request = new TableServerRequest(target[(target.IndexOf('.', StringComparison.Ordinal) + 1)..], body.RootElement.Clone());
        if (KeepsRequests)
            Requests.Enqueue(request);
        if (Delay > TimeSpan.Zero)
            await Task.Delay(Delay, context.RequestAborted);
        var fault = Fault(request);
        if (fault == TableServerFault.Hang)
            await _released.Task.WaitAsync(context.RequestAborted);
        if (fault is TableServerFault.Hang or TableServerFault.Reset)
        {
            context.Abort();
            return;
        }
        var (status, answer) = fault switch
        {
            TableServerFault.Throttle => Error("ProvisionedThroughputExceededException", "The level of configured provisioned throughput for the table was exceeded."),
            TableServerFault.Denied => Error("AccessDeniedException", "User is not authorized to perform: dynamodb:UpdateItem"),
            TableServerFault.NoTable => Error("ResourceNotFoundException", "Requested resource not found"),
            TableServerFault.InternalError => (500, Error("InternalServerError", "The request could not be processed").Json),
            TableServerFault.Page => (200, null),
            _ => Answer(request),
        };
        if (fault == TableServerFault.LoseReply)
        {
            context.Abort();
            return;
        }
        var bytes = Encoding.UTF8.GetBytes(answer?.ToJsonString() ?? "<html><body>Sign in to the network of this hotel</body></html>");
        context.Response.StatusCode = status;
        context.Response.ContentType = answer is null ? "text/html" : "application/x-amz-json-1.0";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes);
        Interlocked.Add(ref _busyTicks, Stopwatch.GetElapsedTime(clock).Ticks);
    }

    private (int Status, JsonObject Json) Answer(TableServerRequest request)
    {
        lock (_items)
        {
            try
            {
                return request.Operation switch
                {
                    "UpdateItem" => Update(request),
                    "GetItem" => (200, Get(request)),
                    "Query" => (200, Query(request.Body)),
                    _ => Error("UnknownOperationException", request.Operation),
                };
            }
            catch (FormatException malformed)
            {
                return Error("ValidationException", malformed.Message);
            }
        }
    }

    private (int Status, JsonObject Json) Update(TableServerRequest request)
    {
        var before = _items.GetValueOrDefault(request.Item) ?? [];
        if (!TableExpression.Holds(request.Body, "ConditionExpression", before))
        {
            _charges.Refused(before);
            var refused = Error("ConditionalCheckFailedException", "The conditional request failed");
            if (before.Count > 0 && request.Body.TryGetProperty("ReturnValuesOnConditionCheckFailure", out var answers) && answers.GetString() == "ALL_OLD")
                refused.Json["Item"] = Json(before);
            return refused;
        }
        var after = new Dictionary<string, TableValue>(before) { ["pk"] = new(false, request.Item.Partition), ["sk"] = new(false, request.Item.Sort) };
        TableExpression.Update(request.Body, after);
        _charges.Written(before, after);
        Keep(request.Item, after);
        return (200, request.Body.TryGetProperty("ReturnValues", out var wanted) && wanted.GetString() == "ALL_NEW" ? new() { ["Attributes"] = Json(after) } : new());
    }

    private JsonObject Get(TableServerRequest request)
    {
        var item = _items.GetValueOrDefault(request.Item);
        _charges.Read(item is null ? [] : [item], isConsistent: request.Body.TryGetProperty("ConsistentRead", out var consistent) && consistent.GetBoolean());
        return item is null ? [] : new() { ["Item"] = Json(item) };
    }

    private JsonObject Query(JsonElement request)
    {
        var index = TableIndex.Of(request, _indexes);
        var holds = TableExpression.Condition(request, "KeyConditionExpression");
        var isBackwards = request.TryGetProperty("ScanIndexForward", out var forward) && !forward.GetBoolean();
        var from = request.TryGetProperty("ExclusiveStartKey", out var start) ? index.Position(request, start) : null;
        var most = request.TryGetProperty("Limit", out var limit) ? limit.GetInt32() : int.MaxValue;
        var found = Sorted(request, index, from, isBackwards).Where(i => holds(i)).Take(most).ToList();
        _charges.Read(found.Select(index.Projection), isConsistent: request.TryGetProperty("ConsistentRead", out var consistent) && consistent.GetBoolean());
        var answer = new JsonObject { ["Items"] = new JsonArray([.. found.Select(i => (JsonNode)Json(index.Projection(i)))]) };
        if (found.Count == most)
            answer["LastEvaluatedKey"] = Json(index.Keys(found[^1]));
        return answer;
    }

    /// <summary>Behind a position. What the request does not call by the usual name, or an index that this was not told of, is looked for everywhere.</summary>
    private IEnumerable<Dictionary<string, TableValue>> Sorted(JsonElement request, TableIndex index, string? from, bool isBackwards)
    {
        if (_indexes.Contains(index) && request.GetProperty("ExpressionAttributeValues").TryGetProperty(":pk", out var partition))
            return _partitions.Read(index, TableValue.Read(partition).Text, from, isBackwards);
        var order = Comparer<string>.Create((a, b) => isBackwards ? string.CompareOrdinal(b, a) : string.CompareOrdinal(a, b));
        return _items.Values.Where(i => index.PartitionOf(i) is not null).OrderBy(index.Position, order).SkipWhile(i => from is not null && order.Compare(index.Position(i), from) <= 0);
    }

    private void Keep((string, string) key, Dictionary<string, TableValue>? item)
    {
        _partitions.Replace(_items.GetValueOrDefault(key), item);
        if (item is null)
            _items.Remove(key);
        else
            _items[key] = item;
    }

    private static (int Status, JsonObject Json) Error(string code, string message) =>
        (400, new() { ["__type"] = "com.amazonaws.dynamodb.v20120810#" + code, ["message"] = message });

    private static JsonObject Json(Dictionary<string, TableValue> item)
    {
        var json = new JsonObject();
        foreach (var (name, value) in item)
            json[name] = value.Json;
        return json;
    }
}
