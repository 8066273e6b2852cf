using System.Reflection;
using System.Reflection.Emit;

namespace ChatApp.Tests.Architecture;

/// <summary>
/// Every type that a compiled type refers to: in its shape, its attributes and the bodies of its methods. Implicit
/// usings, aliases and <c>var</c> hide a dependency from a reader of the source, but not from the compiled code.
/// </summary>
internal static class CompiledReferences
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    /// <summary>The types, without the type itself and what is nested in it; generic ones as their definitions.</summary>
    public static IReadOnlySet<Type> Of(Type type)
    {
        HashSet<Type> found = [];
        Add(found, type.BaseType);
        foreach (var contract in type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []))
            Add(found, contract);
        AddAttributes(found, type);
        foreach (var member in type.GetMembers(Declared))
            AddMember(found, member);
        found.RemoveWhere(reference => Outermost(reference) == Outermost(type));
        return found;
    }

    /// <summary>The type that encloses all others around this one; itself where it is not nested.</summary>
    public static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static void AddMember(HashSet<Type> found, MemberInfo member)
    {
        AddAttributes(found, member);
        switch (member)
        {
            case FieldInfo field:
                Add(found, field.FieldType);
                break;
            case MethodBase method:
                Add(found, (method as MethodInfo)?.ReturnType);
                foreach (var parameter in method.GetParameters())
                    Add(found, parameter.ParameterType);
                if (method.GetMethodBody() is { } body)
                    AddBody(found, method, body);
                break;
            default:
                break;
        }
    }

    private static void AddBody(HashSet<Type> found, MethodBase method, MethodBody body)
    {
        foreach (var local in body.LocalVariables)
            Add(found, local.LocalType);
        foreach (var handler in body.ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause))
            Add(found, handler.CatchType);
        var typeArguments = method.DeclaringType is { IsGenericType: true } owner ? owner.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        foreach (var token in Tokens(body.GetILAsByteArray()!))
        {
            var target = method.Module.ResolveMember(token, typeArguments, methodArguments);
            Add(found, target as Type ?? target?.DeclaringType);
            if (target is MethodInfo called)
            {
                Add(found, called.ReturnType);
                foreach (var argument in called.IsGenericMethod ? called.GetGenericArguments() : [])
                    Add(found, argument);
            }
        }
    }

    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (var at = 0; at < code.Length;)
        {
            // 0xFE starts a code of two bytes.
            var operation = code[at] == 0xFE ? Codes[(short)(code[at++] << 8 | code[at++])] : Codes[code[at++]];
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    yield return BitConverter.ToInt32(code, at);
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + 4 * BitConverter.ToInt32(code, at);
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }

    private static void AddAttributes(HashSet<Type> found, MemberInfo member)
    {
        foreach (var attribute in member.CustomAttributes)
            Add(found, attribute.AttributeType);
    }

    private static void Add(HashSet<Type> found, Type? type)
    {
        while (type is { HasElementType: true })
            type = type.GetElementType();
        if (type is null or { IsGenericParameter: true })
            return;
        foreach (var argument in type.GenericTypeArguments)
            Add(found, argument);
        found.Add(type.IsGenericType ? type.GetGenericTypeDefinition() : type);
    }
}
