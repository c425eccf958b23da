using System.Text.Json.Nodes;
using Litestream.EndToEnd.Needs;
using Litestream.Fleet;
using Treaty = Litestream.Fleet.Table.FleetTable;

namespace Litestream.Infra.Tests;

/// <summary>What stands in the account once it is deployed.</summary>
public sealed class StackTests
{
    public static TheoryData<string> Deployments => LeastPrivilegeTests.Deployments;

    [NeedsNodeTheory]
    [MemberData(nameof(Deployments))]
    public void No_bucket_is_public_unencrypted_or_reached_without_tls(string deployment)
    {
        using var fleet = SynthesizedFleet.Of(Deployment.All[deployment]);
        foreach (var template in fleet.All)
        {
            foreach (var bucket in template.Of("AWS::S3::Bucket"))
            {
                Assert.All(bucket["PublicAccessBlockConfiguration"]!.AsObject(), flag => Assert.True(flag.Value!.GetValue<bool>(), $"{bucket.Name}: {flag.Key}"));
                Assert.Equal(4, bucket["PublicAccessBlockConfiguration"]!.AsObject().Count);
                Assert.Equal("BucketOwnerEnforced", bucket["OwnershipControls"]!["Rules"]![0]!["ObjectOwnership"]!.GetValue<string>());
                Assert.NotNull(bucket["BucketEncryption"]);
                var policy = Assert.Single(template.Of("AWS::S3::BucketPolicy"), p => p["Bucket"]!["Ref"]!.GetValue<string>() == bucket.Name);
                Assert.True(policy.Contains("\"aws:SecureTransport\":\"false\""), bucket.Name);
                Assert.True(policy.Contains("s3:TlsVersion"), bucket.Name);
            }
        }
        Assert.True(fleet.Data.Only("AWS::DynamoDB::GlobalTable")["SSESpecification"]!["SSEEnabled"]!.GetValue<bool>());
        Assert.True(fleet.Service.Only("AWS::SNS::TopicPolicy").Contains("aws:SecureTransport"));
        Assert.Equal(fleet.Service.Only("AWS::KMS::Key").Name, fleet.Service.Only("AWS::SNS::Topic")["KmsMasterKeyId"]!["Fn::GetAtt"]![0]!.GetValue<string>());
        var distribution = fleet.Service.Only("AWS::CloudFront::Distribution")["DistributionConfig"]!;
        Assert.Equal("redirect-to-https", distribution["DefaultCacheBehavior"]!["ViewerProtocolPolicy"]!.GetValue<string>());
        Assert.All(distribution["CacheBehaviors"]!.AsArray(), b => Assert.Equal("https-only", b!["ViewerProtocolPolicy"]!.GetValue<string>()));
        Assert.Single(distribution["Origins"]!.AsArray(), o => o!["CustomOriginConfig"]?["OriginProtocolPolicy"]?.GetValue<string>() == "https-only");
    }

    [NeedsNode]
    public void Replicas_are_only_ever_made_and_never_written_over()
    {
        using var fleet = SynthesizedFleet.Of();
        var (_, rule) = Assert.Single(fleet.Data.Statements(), s => s.Statement["Sid"]?.GetValue<string>() == "CreateOnly");
        Assert.Equal(("Deny", "s3:PutObject"), (rule["Effect"]!.GetValue<string>(), rule["Action"]!.GetValue<string>()));
        Assert.EndsWith("/databases/*\"]]}", rule["Resource"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("""{"Null":{"s3:if-none-match":"true"},"Bool":{"s3:ObjectCreationOperation":"true"}}""", rule["Condition"]!.ToJsonString());
        Assert.Equal("""{"AWS":"*"}""", rule["Principal"]!.ToJsonString());
        var bucket = fleet.Data.Only("AWS::S3::Bucket");
        Assert.Equal("Enabled", bucket["VersioningConfiguration"]!["Status"]!.GetValue<string>());
        Assert.True(bucket.Contains("\"NoncurrentDays\":30") && bucket.Contains("\"DaysAfterInitiation\":1"), bucket.Json.ToJsonString());
    }

    [NeedsNode]
    public void The_table_is_the_treatys()
    {
        using var fleet = SynthesizedFleet.Of();
        var table = fleet.Data.Only("AWS::DynamoDB::GlobalTable");
        Assert.Equal("PAY_PER_REQUEST", table["BillingMode"]!.GetValue<string>());
        Assert.Equal((Treaty.PartitionKey, Treaty.SortKey), Keys(table.Properties));
        Assert.Equal(Treaty.KeyAttributes.Order(), table["AttributeDefinitions"]!.AsArray().Select(a => a!["AttributeType"]!.GetValue<string>() == "S" ? a["AttributeName"]!.GetValue<string>() : "").Order());
        Assert.Equal((Treaty.TimeToLive, true), (table["TimeToLiveSpecification"]!["AttributeName"]!.GetValue<string>(), table["TimeToLiveSpecification"]!["Enabled"]!.GetValue<bool>()));
        var indexes = table["GlobalSecondaryIndexes"]!.AsArray().ToDictionary(i => i!["IndexName"]!.GetValue<string>(), i => i!.AsObject());
        Assert.Equal(Treaty.Indexes.Select(i => i.Name).Order(), indexes.Keys.Order());
        foreach (var index in Treaty.Indexes)
        {
            Assert.Equal((index.PartitionKey, index.SortKey), Keys(indexes[index.Name]));
            Assert.Equal(index.Included?.Order() ?? Enumerable.Empty<string>(), indexes[index.Name]["Projection"]!["NonKeyAttributes"]?.AsArray().Select(a => a!.GetValue<string>()).Order() ?? Enumerable.Empty<string>());
        }
        var replica = Assert.Single(table["Replicas"]!.AsArray())!;
        Assert.True(replica["PointInTimeRecoverySpecification"]!["PointInTimeRecoveryEnabled"]!.GetValue<bool>());
        Assert.True(replica["DeletionProtectionEnabled"]!.GetValue<bool>());
    }

    [NeedsNodeTheory]
    [MemberData(nameof(Deployments))]
    public void What_must_not_be_lost_is_kept_whatever_becomes_of_its_stack(string deployment)
    {
        var context = Deployment.All[deployment];
        using var fleet = SynthesizedFleet.Of(context);
        var stage = context.GetValueOrDefault("stage") ?? "dev";
        Assert.True(fleet.Manifest["artifacts"]![$"Litestream-{stage}-Data"]!["properties"]!["terminationProtection"]!.GetValue<bool>());
        string[] precious = ["AWS::S3::Bucket", "AWS::DynamoDB::GlobalTable", "AWS::Cognito::UserPool", "AWS::KMS::Key"];
        Assert.All(fleet.All.SelectMany(t => t.Resources).Where(r => precious.Contains(r.Type)), r => Assert.True(r.IsKept, $"{r.Name} goes with its stack"));
        Assert.All(fleet.Data.Resources.Where(r => !r.IsKept), r => Assert.Contains(r.Type, (string[])["AWS::S3::BucketPolicy", "AWS::Cognito::UserPoolResourceServer", "AWS::Cognito::UserPoolDomain", "AWS::IAM::ManagedPolicy"]));
    }

    [NeedsNodeTheory]
    [MemberData(nameof(Deployments))]
    public void Every_route_but_health_wants_a_token_with_a_scope(string deployment)
    {
        using var fleet = SynthesizedFleet.Of(Deployment.All[deployment]);
        var authorizer = fleet.Service.Only("AWS::ApiGatewayV2::Authorizer");
        var prefix = deployment == "closed" ? "" : "litestream/";
        var routes = fleet.Service.Of("AWS::ApiGatewayV2::Route");
        Assert.Equal(["GET /api/health", "GET /api/{address+}", "POST /api/{address+}"], routes.Select(r => r["RouteKey"]!.GetValue<string>()).Order());
        foreach (var route in routes)
        {
            if (route["RouteKey"]!.GetValue<string>() == "GET /api/health")
            {
                Assert.Equal("NONE", route["AuthorizationType"]!.GetValue<string>());
                continue;
            }
            Assert.Equal("JWT", route["AuthorizationType"]!.GetValue<string>());
            Assert.Equal(authorizer.Name, route["AuthorizerId"]!["Ref"]!.GetValue<string>());
            Assert.Equal(ScopeWords.All.Select(s => prefix + s), route["AuthorizationScopes"]!.AsArray().Select(s => s!.GetValue<string>()));
        }
        if (deployment == "closed")
            Assert.Equal("""{"Audience":["litestream"],"Issuer":"https://login.example.com/"}""", authorizer["JwtConfiguration"]!.ToJsonString());
        var stage = fleet.Service.Only("AWS::ApiGatewayV2::Stage");
        Assert.True(stage["DefaultRouteSettings"]!["ThrottlingRateLimit"]!.GetValue<int>() > 0 && stage["AccessLogSettings"] is not null);
    }

    [NeedsNodeTheory]
    [MemberData(nameof(Deployments))]
    public void Logs_are_kept_for_the_stated_time(string deployment)
    {
        using var fleet = SynthesizedFleet.Of(Deployment.All[deployment]);
        var days = deployment == "prod" ? 365 : 90;
        Assert.All(fleet.Service.Of("AWS::Logs::LogGroup"), group => Assert.Equal(days, group["RetentionInDays"]!.GetValue<int>()));
        Assert.All(fleet.Service.Of("AWS::Lambda::Function"), function => Assert.NotNull(function["LoggingConfig"]!["LogGroup"]));
        Assert.DoesNotContain(fleet.Service.Resources, r => r.Type == "Custom::LogRetention");
    }

    [NeedsNode]
    public void Somebody_is_told()
    {
        using var fleet = SynthesizedFleet.Of(Deployment.All["prod"]);
        var alarms = fleet.Service.Of("AWS::CloudWatch::Alarm");
        string[] counted = [FleetMetricNames.LostHosts, FleetMetricNames.BreachingTenants, FleetMetricNames.SplitBrainTenants, FleetMetricNames.FailedDrills, FleetMetricNames.UnprovenTenants];
        Assert.All(counted, name => Assert.Single(alarms, a => a["MetricName"]?.GetValue<string>() == name && a["Namespace"]!.GetValue<string>() == FleetMetricNames.Namespace));
        Assert.Equal(3, alarms.Count(a => a["MetricName"]?.GetValue<string>() == "ThrottledRequests"));
        Assert.Single(alarms, a => a["MetricName"]?.GetValue<string>() == "5xx");
        Assert.Single(alarms, a => a["TreatMissingData"]!.GetValue<string>() == "breaching");
        var topic = fleet.Service.Only("AWS::SNS::Topic").Name;
        Assert.All(alarms, a => Assert.Equal(topic, Assert.Single(a["AlarmActions"]!.AsArray())!["Ref"]!.GetValue<string>()));
        Assert.Equal("ops@example.com", fleet.Service.Only("AWS::SNS::Subscription")["Endpoint"]!.GetValue<string>());
    }

    [NeedsNode]
    public void The_worker_begins_by_a_schedule_that_may_do_nothing_else()
    {
        using var fleet = SynthesizedFleet.Of();
        var schedule = fleet.Service.Only("AWS::Scheduler::Schedule");
        Assert.Equal("rate(5 minutes)", schedule["ScheduleExpression"]!.GetValue<string>());
        var worker = Assert.Single(fleet.Service.Of("AWS::Lambda::Function"), f => f.Contains("\"LITESTREAM_ROLE\":\"worker\""));
        Assert.Equal((900, 2048), (worker["Timeout"]!.GetValue<int>(), worker["EphemeralStorage"]!["Size"]!.GetValue<int>()));
        Assert.Equal(worker.Name, schedule["Target"]!["Arn"]!["Fn::GetAtt"]![0]!.GetValue<string>());
        Assert.DoesNotContain(fleet.Service.Of("AWS::Lambda::Permission"), p => p.Contains(worker.Name));
    }

    [NeedsNode]
    public void A_closed_deployment_has_its_own_key_endpoint_and_name()
    {
        using var fleet = SynthesizedFleet.Of(Deployment.All["closed"]);
        var bucket = fleet.Data.Only("AWS::S3::Bucket");
        Assert.True(fleet.Data.Only("AWS::KMS::Key")["EnableKeyRotation"]!.GetValue<bool>());
        Assert.True(bucket.Contains("aws:kms") && bucket.Contains("\"BucketKeyEnabled\":true"), bucket.Json.ToJsonString());
        var closed = fleet.Data.Statements().Where(s => s.Statement.ToJsonString().Contains("vpce-0123456789abcdef0", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, closed.Count);
        Assert.All(closed, s => Assert.Equal("Deny", s.Statement["Effect"]!.GetValue<string>()));
        Assert.All(fleet.Service.Of("AWS::IAM::Role").Where(r => r.Contains("of the Litestream fleet closed")), r => Assert.True(r.Contains("\"litestream:function\""), r.Name));
        Assert.Empty(fleet.Data.Of("AWS::Cognito::UserPool"));
        Assert.Equal("https://fleet.example.com", fleet.Service.Outputs["DashboardUrl"]!["Value"]!.GetValue<string>());
        Assert.True(fleet.Service.Only("AWS::CloudFront::ResponseHeadersPolicy").Contains("connect-src 'self' https://login.example.com;"));
        Assert.True(fleet.Data.Only("AWS::IAM::ManagedPolicy").Contains("kms:GenerateDataKey"));
    }

    /// <summary>What CloudFormation refuses before it makes anything, and the CDK does not.</summary>
    [NeedsNodeTheory]
    [MemberData(nameof(Deployments))]
    public void Every_reference_is_to_something_of_its_own_template_and_no_two_statements_of_a_policy_have_one_name(string deployment)
    {
        using var fleet = SynthesizedFleet.Of(Deployment.All[deployment]);
        foreach (var template in fleet.All)
        {
            var known = template.Resources.Select(r => r.Name).Concat(template.Parameters).ToHashSet(StringComparer.Ordinal);
            Assert.All(template.References(), name => Assert.True(known.Contains(name) || name.StartsWith("AWS::", StringComparison.Ordinal), $"{name} is nowhere in the template"));
            foreach (var resource in template.Resources)
            {
                var sids = Template.Many(resource["PolicyDocument"]?["Statement"]).Select(s => s["Sid"]?.GetValue<string>()).Where(sid => sid is not null).ToList();
                Assert.Equal(sids.Distinct(), sids);
            }
        }
    }

    private static (string, string) Keys(JsonObject of) => (Key(of, "HASH"), Key(of, "RANGE"));

    private static string Key(JsonObject of, string kind) => of["KeySchema"]!.AsArray().Single(k => k!["KeyType"]!.GetValue<string>() == kind)!["AttributeName"]!.GetValue<string>();
}
