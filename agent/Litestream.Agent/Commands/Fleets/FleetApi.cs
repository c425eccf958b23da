using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Litestream.Fleet.Api;

namespace Litestream.Agent.Commands.Fleets;

/// <summary>The API of a fleet, as its command line asks it. Throws <see cref="LitestreamException"/> with the API's own words.</summary>
internal sealed class FleetApi : IDisposable
{
    /// <summary>A request that got no answer is sent again under the same key: it happens once.</summary>
    private const int MostTries = 3;

    private const int LongestAnswerBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Uri _address;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;

    /// <param name="address">Of the API, without <c>/api</c>.</param>
    /// <param name="token">Null: it asks for none.</param>
    /// <param name="time">For pauses between tries.</param>
    public FleetApi(Uri address, string? token, TimeProvider time)
    {
        (_address, _time) = (address, time);
        // A token goes to whom it was given for, and to nobody that one names.
        _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address, Timeout = LongestAnswer, MaxResponseContentBufferSize = LongestAnswerBytes };
        if (token is not null)
            _client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("litestream", ProgramVersion.Text));
    }

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken stop) => AskAsync(() => new(HttpMethod.Get, path), type, stop);

    public Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> type, CancellationToken stop)
    {
        var key = Guid.NewGuid().ToString();
        return AskAsync(() =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, bodyType) };
            request.Headers.Add("Idempotency-Key", key);
            return request;
        }, type, stop);
    }

    public void Dispose() => _client.Dispose();

    private async Task<T> AskAsync<T>(Func<HttpRequestMessage> ask, JsonTypeInfo<T> type, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = ask();
                using var answer = await _client.SendAsync(request, stop);
                if ((int)answer.StatusCode is 502 or 503 or 504 && attempt < MostTries)
                    await Task.Delay(Pause * attempt, _time, stop);
                else
                    return Read(answer, await answer.Content.ReadAsByteArrayAsync(stop), type);
            }
            catch (Exception error) when (error is HttpRequestException or IOException || (error is OperationCanceledException && !stop.IsCancellationRequested))
            {
                if (attempt == MostTries)
                    throw new LitestreamException($"the API at {_address} does not answer: {error.Message}", error, "-api or LITESTREAM_API_URL says where it is");
                await Task.Delay(Pause * attempt, _time, stop);
            }
        }
    }

    private T Read<T>(HttpResponseMessage answer, byte[] body, JsonTypeInfo<T> type)
    {
        try
        {
            if (answer.Content.Headers.ContentType?.MediaType == Problem.MediaType && JsonSerializer.Deserialize(body, FleetJson.Default.Problem) is { } problem)
                throw new FleetApiException(problem);
            if (answer.IsSuccessStatusCode && JsonSerializer.Deserialize(body, type) is { } read)
                return read;
        }
        catch (JsonException)
        {
        }
        throw new LitestreamException($"{_address} is no API of a fleet: it answered {(int)answer.StatusCode} {answer.ReasonPhrase}", hint: "-api or LITESTREAM_API_URL says where it is");
    }
}
