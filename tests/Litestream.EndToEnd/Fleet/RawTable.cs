using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Litestream.Fleet.Table;

namespace Litestream.EndToEnd.Fleet;

/// <summary>The fleet's table as bytes on the wire, without any client library: what is read here is what every program reads.</summary>
internal sealed class RawTable(string endpoint, string name) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new(endpoint), Timeout = TimeSpan.FromSeconds(30) };

    public string Endpoint => endpoint;

    public string Name => name;

    /// <summary>What an agent needs in its environment to find it.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["AWS_ENDPOINT_URL_DYNAMODB"] = endpoint,
        ["AWS_REGION"] = "eu-west-1",
        ["AWS_ACCESS_KEY_ID"] = "AKIDTESTS",
        ["AWS_SECRET_ACCESS_KEY"] = "any secret will do",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    /// <summary>As the treaty defines it.</summary>
    public async Task CreateAsync()
    {
        await CallAsync("CreateTable", new()
        {
            ["TableName"] = name,
            ["BillingMode"] = "PAY_PER_REQUEST",
            ["KeySchema"] = Schema(FleetTable.PartitionKey, FleetTable.SortKey),
            ["AttributeDefinitions"] = new JsonArray([.. FleetTable.KeyAttributes.Select(a => (JsonNode)new JsonObject { ["AttributeName"] = a, ["AttributeType"] = "S" })]),
            ["GlobalSecondaryIndexes"] = new JsonArray([.. FleetTable.Indexes.Select(i => (JsonNode)new JsonObject
            {
                ["IndexName"] = i.Name,
                ["KeySchema"] = Schema(i.PartitionKey, i.SortKey),
                ["Projection"] = i.Included is { } included
                    ? new JsonObject { ["ProjectionType"] = "INCLUDE", ["NonKeyAttributes"] = new JsonArray([.. included.Select(a => (JsonNode)a)]) }
                    : new JsonObject { ["ProjectionType"] = "ALL" },
            })]),
        });
        await Eventually.TrueAsync(
            async () => (await CallAsync("DescribeTable", new() { ["TableName"] = name }))["Table"]!["TableStatus"]!.ToString() == "ACTIVE", () => $"table {name} is active");
    }

    /// <summary>As it came; null when there is none.</summary>
    public async Task<JsonObject?> RawAsync(ItemKey key) =>
        (await CallAsync("GetItem", new() { ["TableName"] = name, ["Key"] = Json(key), ["ConsistentRead"] = true }))["Item"] as JsonObject;

    public async Task<Item?> FindAsync(ItemKey key) => await RawAsync(key) is { } raw ? Read(raw) : null;

    /// <summary>False when its condition does not hold.</summary>
    public async Task<bool> TryUpdateAsync(ItemUpdate update)
    {
        var request = new JsonObject
        {
            ["TableName"] = name,
            ["Key"] = Json(update.Key),
            ["UpdateExpression"] = update.Expression,
            ["ExpressionAttributeNames"] = Names(update.Names),
        };
        if (update.Condition is { } condition)
            request["ConditionExpression"] = condition;
        if (update.Values.Count > 0)
            request["ExpressionAttributeValues"] = Values(update.Values);
        var (isDone, answer) = await TryCallAsync("UpdateItem", request);
        Assert.True(isDone || answer["__type"]!.ToString().EndsWith("#ConditionalCheckFailedException", StringComparison.Ordinal), $"{update.Expression}\n{update.Condition}\n{answer}");
        return isDone;
    }

    public async Task<IReadOnlyList<Item>> QueryAsync(ItemQuery query)
    {
        var items = new List<Item>();
        JsonNode? next = null;
        do
        {
            var request = new JsonObject
            {
                ["TableName"] = name,
                ["KeyConditionExpression"] = query.KeyCondition,
                ["ExpressionAttributeNames"] = Names(query.Names),
                ["ExpressionAttributeValues"] = Values(query.Values),
                ["ScanIndexForward"] = !query.IsBackwards,
            };
            if (query.Index is { } index)
                request["IndexName"] = index.Name;
            if (next is not null)
                request["ExclusiveStartKey"] = next.DeepClone();
            var answer = await CallAsync("Query", request);
            items.AddRange(answer["Items"]!.AsArray().Select(i => Read(i!.AsObject())));
            next = answer["LastEvaluatedKey"];
        }
        while (next is not null);
        return items;
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonObject> CallAsync(string operation, JsonObject request)
    {
        var (isDone, answer) = await TryCallAsync(operation, request);
        return isDone ? answer : throw new InvalidOperationException($"{operation}: {answer}");
    }

    private async Task<(bool IsDone, JsonObject Answer)> TryCallAsync(string operation, JsonObject request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent(request.ToJsonString(), Encoding.UTF8) };
        message.Content.Headers.ContentType = new("application/x-amz-json-1.0");
        var day = DateTime.UtcNow.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        message.Headers.Add("X-Amz-Target", "DynamoDB_20120810." + operation);
        message.Headers.Add("X-Amz-Date", day + "T000000Z");
        message.Headers.TryAddWithoutValidation(
            "Authorization", $"AWS4-HMAC-SHA256 Credential=AKIDTESTS/{day}/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=unchecked");
        using var answer = await _http.SendAsync(message);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        return (answer.IsSuccessStatusCode, body);
    }

    private static JsonArray Schema(string partition, string sort) =>
        [new JsonObject { ["AttributeName"] = partition, ["KeyType"] = "HASH" }, new JsonObject { ["AttributeName"] = sort, ["KeyType"] = "RANGE" }];

    private static JsonObject Json(ItemKey key) => new()
    {
        [FleetTable.PartitionKey] = new JsonObject { ["S"] = key.Partition },
        [FleetTable.SortKey] = new JsonObject { ["S"] = key.Sort },
    };

    private static JsonObject Names(IReadOnlyDictionary<string, string> names) => new(names.Select(n => KeyValuePair.Create(n.Key, (JsonNode?)n.Value)));

    private static JsonObject Values(IReadOnlyDictionary<string, ItemValue> values) =>
        new(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)new JsonObject { [v.Value.IsNumber ? "N" : "S"] = v.Value.Text })));

    private static Item Read(JsonObject raw)
    {
        var item = new Item();
        foreach (var (attribute, value) in raw)
            item.Add(attribute, value!["N"] is { } number ? ItemValue.OfNumberText(number.ToString()) : ItemValue.Of(value["S"]!.ToString()));
        return item;
    }
}
