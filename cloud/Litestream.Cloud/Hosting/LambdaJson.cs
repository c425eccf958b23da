#if AWS_LAMBDA_HOSTING
using System.Text.Json.Serialization;
using Amazon.Lambda.APIGatewayEvents;

namespace Litestream.Cloud.Hosting;

/// <summary>For AWS's package, which would look at its types by reflection otherwise.</summary>
[JsonSerializable(typeof(APIGatewayHttpApiV2ProxyRequest))]
[JsonSerializable(typeof(APIGatewayHttpApiV2ProxyResponse))]
internal sealed partial class LambdaJson : JsonSerializerContext;
#endif
