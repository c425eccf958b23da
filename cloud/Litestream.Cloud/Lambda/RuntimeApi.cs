using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Litestream.Cloud.Drills;

namespace Litestream.Cloud.Lambda;

/// <summary>
/// Lambda's Runtime API, over HTTP on loopback: <c>GET invocation/next</c> hands out one invocation, <c>POST invocation/ID/response</c> or <c>…/error</c> ends it, <c>POST
/// init/error</c> says that there will be none. What this cannot do by itself is an exception: the program then ends, and Lambda starts another.
/// </summary>
internal sealed class RuntimeApi : IDisposable
{
    private const string RequestIdHeader = "Lambda-Runtime-Aws-Request-Id";
    private const string DeadlineHeader = "Lambda-Runtime-Deadline-Ms";
    private const string TraceHeader = "Lambda-Runtime-Trace-Id";
    private const string ErrorTypeHeader = "Lambda-Runtime-Function-Error-Type";

    /// <summary>An event has 6 MB at most.</summary>
    private const long MostEventBytes = 16L << 20;

    private readonly HttpClient _http;

    /// <param name="address">Host and port, from <c>AWS_LAMBDA_RUNTIME_API</c>.</param>
    public RuntimeApi(string address) => _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        BaseAddress = new($"http://{address}/2018-06-01/runtime/"),
        // The next request may be days away, and Lambda freezes us until then.
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MostEventBytes,
    };

    /// <summary>Waits for the next one.</summary>
    public async Task<Invocation> NextAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync("invocation/next", cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"the Runtime API answered {(int)answer.StatusCode} instead of an invocation");
        return new(
            Header(answer, RequestIdHeader) ?? throw new InvalidOperationException($"the Runtime API handed out an invocation without {RequestIdHeader}"),
            long.TryParse(Header(answer, DeadlineHeader), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())) : DateTimeOffset.MaxValue,
            Header(answer, TraceHeader),
            await answer.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    /// <summary>Status of the Runtime API's reply; 202 when it took the answer.</summary>
    public Task<int> AnswerAsync(string requestId, HttpApiAnswer answer, CancellationToken cancellationToken) =>
        PostAsync($"invocation/{Uri.EscapeDataString(requestId)}/response", answer, CloudJson.Default.HttpApiAnswer, null, cancellationToken);

    public Task<int> AnswerAsync(string requestId, RoundReport report, CancellationToken cancellationToken) =>
        PostAsync($"invocation/{Uri.EscapeDataString(requestId)}/response", report, CloudJson.Default.RoundReport, null, cancellationToken);

    public Task<int> FailAsync(string requestId, RuntimeFailure failure, CancellationToken cancellationToken) =>
        PostAsync($"invocation/{Uri.EscapeDataString(requestId)}/error", failure, CloudJson.Default.RuntimeFailure, failure.ErrorType, cancellationToken);

    public Task<int> InitFailedAsync(RuntimeFailure failure, CancellationToken cancellationToken) =>
        PostAsync("init/error", failure, CloudJson.Default.RuntimeFailure, failure.ErrorType, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<int> PostAsync<T>(string path, T value, JsonTypeInfo<T> type, string? errorType, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(value, type));
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (errorType is not null)
            request.Headers.Add(ErrorTypeHeader, $"Litestream.{errorType}");
        using var answer = await _http.SendAsync(request, cancellationToken);
        // Only this one is documented to leave nothing to go on with.
        return answer.StatusCode == HttpStatusCode.InternalServerError
            ? throw new InvalidOperationException($"the Runtime API answered {(int)answer.StatusCode} to {path}")
            : (int)answer.StatusCode;
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) && values.FirstOrDefault() is { Length: > 0 } value ? value : null;
}
