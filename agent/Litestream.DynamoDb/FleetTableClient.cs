using Amazon;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Litestream.Fleet.Table;

namespace Litestream.DynamoDb;

/// <summary>
/// The fleet's table. Each call is one request with a limit to its time, and is not tried again here: whoever calls has something newer to say by then.
/// Throws <see cref="FleetTableException"/>. Region and credentials are looked for with the first request, by whom that may take as long as it does.
/// </summary>
public sealed class FleetTableClient : IFleetTable, IDisposable
{
    private const string DefaultRegion = "us-east-1";
    private const int MaxConnections = 8;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    private readonly string _table;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly Lazy<AmazonDynamoDBClient> _client;
    private readonly HttpClient _http;
    private long _requests;
    private long _errors;

    /// <param name="table">Its name.</param>
    /// <param name="limit">Of each request.</param>
    /// <param name="access">How to get there.</param>
    /// <param name="time">Measures the limit.</param>
    public FleetTableClient(string table, TimeSpan limit, TableAccess access, TimeProvider time)
    {
        (_table, _limit, _time) = (table, limit, time);
        _http = new(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout < limit ? ConnectTimeout : limit,
            MaxConnectionsPerServer = MaxConnections,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(50),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            AllowAutoRedirect = false,
            UseCookies = false,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _client = new(() => Create(access), LazyThreadSafetyMode.PublicationOnly);
    }

    public string Table => _table;

    /// <summary>Made so far.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Of them, those without an answer; a refused condition is an answer.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Answers the whole item as it is behind the update.</summary>
    public async Task<Item> UpdateAsync(ItemUpdate update, CancellationToken cancellationToken) =>
        DynamoDbItems.Read((await UpdateAsync(update, ReturnValue.ALL_NEW, cancellationToken)).Attributes ?? []);

    /// <summary>The same, without an answer.</summary>
    public Task WriteAsync(ItemUpdate update, CancellationToken cancellationToken) => UpdateAsync(update, ReturnValue.NONE, cancellationToken);

    /// <summary>As it is now, not a moment ago; null when there is none.</summary>
    public async Task<Item?> FindAsync(ItemKey key, CancellationToken cancellationToken)
    {
        var request = new GetItemRequest { TableName = _table, Key = DynamoDbItems.Write(key), ConsistentRead = true };
        var answer = await RunAsync((client, token) => client.GetItemAsync(request, token), cancellationToken);
        return answer.Item is { Count: > 0 } item ? DynamoDbItems.Read(item) : null;
    }

    /// <summary>
    /// A page of a query, and where the next one begins (null: there is none). Of the table itself as it is now; of an index as it was a moment ago.
    /// </summary>
    /// <param name="most">At most so many.</param>
    /// <param name="from">Where the page before said that the next one begins: the keys of its last item.</param>
    public async Task<(IReadOnlyList<Item> Items, Item? Next)> QueryAsync(ItemQuery query, int most, Item? from, CancellationToken cancellationToken)
    {
        var request = new QueryRequest
        {
            TableName = _table,
            IndexName = query.Index?.Name,
            ExclusiveStartKey = from is null ? null : DynamoDbItems.Write(from),
            KeyConditionExpression = query.KeyCondition,
            ExpressionAttributeNames = new(query.Names),
            ExpressionAttributeValues = DynamoDbItems.Write(query.Values),
            ScanIndexForward = !query.IsBackwards,
            ConsistentRead = query.Index is null,
            Limit = most,
        };
        var answer = await RunAsync((client, token) => client.QueryAsync(request, token), cancellationToken);
        return ([.. (answer.Items ?? []).Select(DynamoDbItems.Read)], answer.LastEvaluatedKey is { Count: > 0 } last ? DynamoDbItems.Read(last) : null);
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
        _http.Dispose();
    }

    private async Task<UpdateItemResponse> UpdateAsync(ItemUpdate update, ReturnValue wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync((client, token) => client.UpdateItemAsync(Request(update, wanted), token), cancellationToken);
        }
        catch (FleetTableException refused) when (refused is { Fault: TableFault.Refused, Found: null })
        {
            // There is none, or this is a service that does not tell what is in the way.
            throw new FleetTableException(TableFault.Refused, refused.Message, refused) { Found = await FindAsync(update.Key, cancellationToken) };
        }
    }

    private UpdateItemRequest Request(ItemUpdate update, ReturnValue answer) => new()
    {
        TableName = _table,
        Key = DynamoDbItems.Write(update.Key),
        UpdateExpression = update.Expression,
        ConditionExpression = update.Condition,
        ExpressionAttributeNames = new(update.Names),
        ExpressionAttributeValues = update.Values.Count == 0 ? null : DynamoDbItems.Write(update.Values),
        ReturnValues = answer,
        ReturnValuesOnConditionCheckFailure = update.Condition is null ? null : ReturnValuesOnConditionCheckFailure.ALL_OLD,
    };

    private async Task<T> RunAsync<T>(Func<AmazonDynamoDBClient, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        using var limit = new CancellationTokenSource(_limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            // The SDK looks for region and credentials before its first await, and some of its ways there ignore the token.
            return await Task.Run(() => request(_client.Value, either.Token), either.Token).WaitAsync(either.Token);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var fault = TableFaults.Of(e, _table);
            if (fault.Fault != TableFault.Refused)
                Interlocked.Increment(ref _errors);
            throw fault;
        }
    }

    private AmazonDynamoDBClient Create(TableAccess access)
    {
        var config = new AmazonDynamoDBConfig
        {
            HttpClientFactory = new OneHttpClient(_http),
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            Timeout = Timeout.InfiniteTimeSpan,
            DisableLogging = true,
            ClientAppId = "litestream",
        };
        if (access.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = access.Region ?? DefaultRegion;
        }
        else
        {
            config.RegionEndpoint = access.Region is { } region ? RegionEndpoint.GetBySystemName(region)
                : FallbackRegionFactory.GetRegionEndpoint() ?? RegionEndpoint.GetBySystemName(DefaultRegion);
            config.IgnoreConfiguredEndpointUrls = true; // read by us
        }
        return access is { AccessKeyId: { } key, SecretAccessKey: { } secret } ? new(key, secret, config) : new(config);
    }

    private sealed class OneHttpClient(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
