using Litestream.Cloud.Configuration;
using Litestream.Contract;
using Litestream.Contract.Access;
using Litestream.Contract.Changes;
using Litestream.Fleet.Api;
using Litestream.Http;

namespace Litestream.Cloud.Access;

/// <summary>
/// Behind the routing, before every endpoint: who asks, and may they? An endpoint that does not say what it needs is answered to nobody. Addresses that do
/// not exist go through, to their 404.
/// </summary>
internal sealed class AccessGate(CloudOptions options, AuditTrail audit, ILogger log)
{
    private const string LoopbackRemedy = "use http://localhost, or start the program with -tokens instead of -no-auth";

    private const int MostPathCharacters = 200;

    private readonly TokenAccess _tokens = new(options.Tokens);
    private readonly ClaimsAccess _claims = new(options.ScopePrefix);

    public Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        // What routing itself answers (405) is no RouteEndpoint.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return next(context);
        if (options.Access == AccessKind.Anonymous && OwnMachineOnly(context.Request) is { } foreign)
            return RefuseAsync(context, "anonymous", foreign);
        if (endpoint.Metadata.GetMetadata<AccessRequirement>() is not { } needed)
        {
            log.NoScopeDeclared(endpoint.RoutePattern.RawText ?? "");
            return RefuseAsync(context, "whoever", ContractProblems.ScopeMissing("that nobody has"));
        }
        if (needed.Scope is not { } scope)
            return next(context);
        if (ActorOf(context) is not { } actor)
            return RefuseAsync(context, "nobody known", CloudProblems.Unauthenticated());
        if (!actor.Scopes.Contains(scope))
            return RefuseKnownAsync(context, endpoint, actor, ContractProblems.ScopeMissing(scope));
        context.Features.Set(actor);
        return next(context);
    }

    private Actor? ActorOf(HttpContext context) => options.Access switch
    {
        AccessKind.Claims => _claims.Find(context.User),
        AccessKind.Tokens => _tokens.Find(context.Request.Headers.Authorization),
        _ => Actor.Anonymous,
    };

    /// <summary>A browser sends requests of any page here: the name it used and the page it was on tell.</summary>
    private static Problem? OwnMachineOnly(HttpRequest request) =>
        OwnMachine.CheckHost(request.Host, LoopbackRemedy) ?? (IsRead(request.Method) ? null : OwnMachine.CheckOrigin(request.Host, request.Headers.Origin));

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    /// <summary>Who wanted to change what is in the audit, if it is known who. Of strangers the log has a line: there are as many of them as like to knock.</summary>
    private async Task RefuseKnownAsync(HttpContext context, RouteEndpoint endpoint, Actor actor, Problem problem)
    {
        if (!IsRead(context.Request.Method))
            await audit.RefusedAsync(actor.Name, $"{context.Request.Method} {endpoint.RoutePattern.RawText}", Shown(context.Request.Path), problem.Code);
        await RefuseAsync(context, actor.Name, problem);
    }

    private static string Shown(string path) => path.Length <= MostPathCharacters ? path : path[..MostPathCharacters] + "…";

    private Task RefuseAsync(HttpContext context, string actor, Problem problem)
    {
        log.Refused(context.Request.Method, context.Request.Path, actor, problem.Code);
        return ProblemDocuments.WriteAsync(context, problem);
    }
}
