using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Litestream.Core.Tests.Architecture;

/// <summary>What an assembly promises to those who use it, as text: one line for each public type and member, in the order of their names.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(Name(type)).Append(Bases(type)).Append('\n');
            foreach (var member in type.GetMembers(Declared).Select(Describe).OfType<string>().Distinct().Order(StringComparer.Ordinal))
                text.Append("    ").Append(member).Append('\n');
        }
        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Bases(Type type)
    {
        if (type.IsEnum)
            return "";
        var bases = new[] { type.BaseType }.Concat(type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []))
            .Where(b => b is not null && b != typeof(object) && b != typeof(ValueType) && b.IsPublic).Select(b => Name(b!)).Order(StringComparer.Ordinal).ToList();
        return bases.Count == 0 ? "" : " : " + string.Join(", ", bases);
    }

    /// <summary>Null for what nobody outside sees, and for what the compiler writes into every record.</summary>
    private static string? Describe(MemberInfo member) => member switch
    {
        _ when member.Name.Contains('<', StringComparison.Ordinal) || IsOfRecord(member) => null,
        FieldInfo field when IsSeen(field.Attributes) && !field.IsSpecialName =>
            field.DeclaringType!.IsEnum ? $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue())}" : $"field {Name(field.FieldType)} {field.Name}",
        PropertyInfo property when Accessors(property) is { Length: > 0 } accessors =>
            $"{Static(property.GetAccessors(true)[0])}{Name(property.PropertyType)}{Mark(Nullability.Create(property).ReadState)} {property.Name}{{ {accessors} }}",
        EventInfo @event when IsSeen(@event.AddMethod!) => $"event {Name(@event.EventHandlerType!)} {@event.Name}",
        ConstructorInfo constructor when IsSeen(constructor) => $"new({Parameters(constructor)})",
        MethodInfo method when IsSeen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) =>
            $"{Static(method)}{Name(method.ReturnType)}{Mark(Nullability.Create(method.ReturnParameter).ReadState)} {method.Name}({Parameters(method)})",
        _ => null,
    };

    private static bool IsOfRecord(MemberInfo member) => member.Name is "EqualityContract" or "PrintMembers" or "Deconstruct" or "op_Equality" or "op_Inequality" or "Equals" or "GetHashCode"
        || (member.Name == "ToString" && member.GetCustomAttribute<CompilerGeneratedAttribute>() is not null);

    private static string Accessors(PropertyInfo property) => string.Join(' ', new[]
    {
        property.GetMethod is { } get && IsSeen(get) ? "get;" : null,
        property.SetMethod is { } set && IsSeen(set) ? set.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? "init;" : "set;" : null,
        property.GetCustomAttribute<RequiredMemberAttribute>() is not null ? "required;" : null,
    }.OfType<string>());

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{Name(p.ParameterType)}{Mark(Nullability.Create(p).ReadState)} {p.Name}{(p.HasDefaultValue ? " = " + (p.DefaultValue ?? "default") : "")}"));

    private static string Mark(NullabilityState state) => state == NullabilityState.Nullable ? "?" : "";

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsSeen(FieldAttributes field) => (field & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family;

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        var name = type.IsGenericParameter || type.Namespace is null or "System" || type.Namespace.StartsWith("System.", StringComparison.Ordinal) ? type.Name : $"{type.Namespace}.{type.Name}";
        return !type.IsGenericType ? name : $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
