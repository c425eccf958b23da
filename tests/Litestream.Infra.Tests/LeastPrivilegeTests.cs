using System.Text.Json.Nodes;
using Litestream.EndToEnd.Needs;

namespace Litestream.Infra.Tests;

/// <summary>Who may do what: named actions on named resources, whatever is deployed.</summary>
public sealed class LeastPrivilegeTests
{
    /// <summary>Where "any resource" is written all the same, and why.</summary>
    private static readonly Dictionary<string, string> AnyResource = new()
    {
        ["AccountDecidesUse"] = "in the policy of a key it means that key, and nothing else can be written",
        ["AccountDecidesCare"] = "the same",
        ["AlarmsEncrypt"] = "the same",
    };

    public static TheoryData<string> Deployments => [.. Deployment.All.Keys];

    [NeedsNodeTheory]
    [MemberData(nameof(Deployments))]
    public void Nothing_is_allowed_by_a_star(string deployment)
    {
        using var fleet = SynthesizedFleet.Of(Deployment.All[deployment]);
        var statements = fleet.All.SelectMany(t => t.Statements()).Where(s => s.Statement["Effect"]!.GetValue<string>() == "Allow").ToList();
        Assert.True(statements.Count > 15, $"only {statements.Count} statements");
        foreach (var (where, statement) in statements)
        {
            Assert.True(statement["NotAction"] is null && statement["NotResource"] is null && statement["NotPrincipal"] is null, $"{where}: {statement} says what is left out, not what is allowed");
            Assert.All(Template.Many(statement["Action"]), action => Assert.False(action.GetValue<string>().Contains('*'), $"{where}: {statement} allows a family of actions; name each"));
            var isAny = Template.Many(statement["Resource"]).Any(r => r is JsonValue v && v.GetValue<string>() == "*");
            Assert.True(!isAny || AnyResource.ContainsKey(statement["Sid"]?.GetValue<string>() ?? ""), $"{where}: {statement} is about any resource; name it, or write down here why it cannot be");
            Assert.True(!IsAnybody(statement["Principal"]), $"{where}: {statement} lets anybody in");
        }
        Assert.DoesNotContain(fleet.All.SelectMany(t => t.Resources), r => r.Contains("ManagedPolicyArns"));
    }

    [NeedsNode]
    public void An_agent_writes_new_files_removes_old_ones_and_destroys_no_version()
    {
        using var fleet = SynthesizedFleet.Of();
        var policy = fleet.Data.Only("AWS::IAM::ManagedPolicy");
        var allowed = Template.Many(policy["PolicyDocument"]!["Statement"]).ToDictionary(s => s["Sid"]!.GetValue<string>(), s => string.Join(' ', Template.Many(s["Action"]).Select(a => a.GetValue<string>())));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["ReadReplicas"] = "s3:GetObject",
                ["ListReplicas"] = "s3:ListBucket",
                ["WriteReplicas"] = "s3:AbortMultipartUpload s3:PutObject",
                ["FindUnfinishedUploads"] = "s3:ListBucketMultipartUploads",
                ["RemoveOldFiles"] = "s3:DeleteObject",
                ["TryTheStore"] = "s3:GetObject s3:PutObject",
                ["ReportItself"] = "dynamodb:GetItem dynamodb:Query dynamodb:UpdateItem",
                ["FindItsTenants"] = "dynamodb:Query",
            },
            allowed);
        var byName = Template.Many(policy["PolicyDocument"]!["Statement"]).ToDictionary(s => s["Sid"]!.GetValue<string>());
        Assert.EndsWith("/databases/*.ltx\"]]}", byName["RemoveOldFiles"]["Resource"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(
            ["FLEET#*", "TENANT#*", "HOST#*", "PROOF#*", "JOBS#*"],
            byName["ReportItself"]["Condition"]!["ForAllValues:StringLike"]!["dynamodb:LeadingKeys"]!.AsArray().Select(k => k!.GetValue<string>()));
    }

    [NeedsNode]
    public void Api_and_worker_have_roles_of_their_own_and_only_the_worker_writes_to_the_bucket()
    {
        using var fleet = SynthesizedFleet.Of();
        var policies = fleet.Service.Of("AWS::IAM::Policy");
        var writers = policies.Where(p => p.Contains("s3:PutObject")).Select(p => p.Name).ToList();
        Assert.Equal(2, writers.Count);
        Assert.Single(writers, name => name.StartsWith("WorkerRole", StringComparison.Ordinal));
        Assert.Single(writers, name => name.StartsWith("DashboardSitePublisher", StringComparison.Ordinal)); // its own bucket
        Assert.Single(policies, p => p.Contains("lambda:InvokeFunction"));
        var functions = fleet.Service.Of("AWS::Lambda::Function");
        Assert.Equal(functions.Count, functions.Select(f => f["Role"]!.ToJsonString()).Distinct().Count());
    }

    private static bool IsAnybody(JsonNode? principal) => principal switch
    {
        JsonValue value => value.GetValue<string>() == "*",
        JsonObject o => o.Any(member => Template.Many(member.Value).Any(v => v is JsonValue text && text.GetValue<string>() == "*")),
        _ => false,
    };
}
