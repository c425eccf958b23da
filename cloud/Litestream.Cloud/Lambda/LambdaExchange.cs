using Litestream.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Litestream.Cloud.Lambda;

/// <summary>One request and its answer, as the application sees them: the features of a web server, over an event.</summary>
internal sealed class LambdaExchange : IHttpRequestBodyDetectionFeature, IDisposable
{
    private readonly MemoryStream _body = new();
    private readonly LambdaResponse _response;
    private readonly StreamResponseBodyFeature _writing;
    private readonly Deadline _deadline;
    private readonly bool _isHead;
    private readonly FeatureCollection _features = new();

    /// <summary>Throws <see cref="FormatException"/> for an event that is no request.</summary>
    public LambdaExchange(HttpApiEvent request, string requestId, Deadline deadline)
    {
        _deadline = deadline;
        _response = new(_body);
        _writing = new(_body);
        var asked = EventRequest.Of(request, out var body);
        // As it came: within the application a HEAD becomes a GET.
        _isHead = HttpMethods.IsHead(asked.Method);
        _features.Set<IHttpRequestFeature>(asked);
        CanHaveBody = body.Length > 0;
        _features.Set<IHttpRequestBodyDetectionFeature>(this);
        _features.Set<IHttpResponseFeature>(_response);
        _features.Set<IHttpResponseBodyFeature>(_writing);
        _features.Set<IHttpRequestLifetimeFeature>(deadline);
        _features.Set<IHttpRequestIdentifierFeature>(new HttpRequestIdentifierFeature { TraceIdentifier = requestId });
        _features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { ConnectionId = requestId, RemoteIpAddress = EventRequest.Client(request) });
        _features.Set<IHttpAuthenticationFeature>(new HttpAuthenticationFeature { User = EventUser.Of(request.RequestContext?.Authorizer) });
    }

    public bool CanHaveBody { get; }

    public void Dispose() => _body.Dispose();

    /// <summary>Never throws: what no middleware caught is a problem document, too.</summary>
    /// <param name="application">Answers it.</param>
    /// <param name="failed">Told of what nobody caught.</param>
    public async Task<HttpApiAnswer> RunAsync<TContext>(IHttpApplication<TContext> application, Action<Exception> failed) where TContext : notnull
    {
        var context = application.CreateContext(_features);
        Exception? uncaught = null;
        try
        {
            await application.ProcessRequestAsync(context);
            await _writing.CompleteAsync();
            await _response.StartAsync();
            await _response.CompleteAsync();
        }
        catch (Exception error)
        {
            uncaught = error;
        }
        application.DisposeContext(context, uncaught);
        // A request that was given up left no answer: elsewhere nobody would be there to read one.
        if (_deadline.HasPassed && (uncaught is OperationCanceledException || (uncaught is null && _body.Length == 0)))
            return AnswerText.Of(CloudProblems.TooLong());
        if (uncaught is null)
            return AnswerText.Of(_response, _body.GetBuffer().AsSpan(0, _isHead ? 0 : (int)_body.Length));
        failed(uncaught);
        return AnswerText.Of(RequestProblems.Internal());
    }
}
