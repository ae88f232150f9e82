/*
 * Runs a declarative Jenkinsfile with the Groovy that Jenkins has, far enough for the pipelines of this project: the
 * directives below and no others, `sh` for real. Arguments: the Jenkinsfile, a JSON file with `env`, `credentials` by id
 * (`[user, password]`) and `changeRequest`. Not Jenkins: what its own parser or its plugins refuse may pass here.
 */
class Block {
    final Run run
    Block(Run run) { this.run = run }
    Object getProperty(String name) {
        if (name == "run") return this.@run
        if (name == "env") return run.env
        throw new IllegalStateException("${getClass().simpleName} knows no ${name}")
    }
    void setProperty(String name, Object value) {
        throw new IllegalStateException("${getClass().simpleName} takes no assignment of ${name}")
    }
    protected Object inside(Closure body, Object delegate) {
        body.delegate = delegate
        body.resolveStrategy = Closure.DELEGATE_ONLY
        return body.call()
    }
}

class Run {
    Map<String, String> env
    Map<String, List<String>> credentials
    boolean changeRequest
}

class PipelineBlock extends Block {
    PipelineBlock(Run run) { super(run) }
    Object getProperty(String name) { name == "any" ? "any" : super.getProperty(name) }
    void agent(Object where) { assert where == "any" }
    void options(Closure body) { inside(body, new OptionsBlock(run)) }
    void environment(Closure body) { inside(body, new EnvironmentBlock(run)) }
    void stages(Closure body) { inside(body, new StagesBlock(run)) }
}

class OptionsBlock extends Block {
    OptionsBlock(Run run) { super(run) }
    void disableConcurrentBuilds() {}
    void timeout(Map<String, Object> limit) { assert limit.keySet() == ["time", "unit"] as Set }
}

class EnvironmentBlock extends Block {
    EnvironmentBlock(Run run) { super(run) }
    void setProperty(String name, Object value) { run.env[name] = value.toString() }
}

class StagesBlock extends Block {
    StagesBlock(Run run) { super(run) }
    void stage(String name, Closure body) {
        def stage = new StageBlock(run)
        inside(body, stage)
        assert stage.body != null : "stage ${name} has no steps"
        println(stage.wanted ? "stage ${name}" : "stage ${name} skipped")
        if (stage.wanted) inside(stage.body, new StepsBlock(run))
    }
}

class StageBlock extends Block {
    boolean wanted = true
    Closure body
    StageBlock(Run run) { super(run) }
    Object getProperty(String name) { name == "wanted" ? this.@wanted : name == "body" ? this.@body : super.getProperty(name) }
    void when(Closure condition) { this.@wanted = inside(condition, new WhenBlock(run)) }
    void steps(Closure body) { this.@body = body }
}

class WhenBlock extends Block {
    WhenBlock(Run run) { super(run) }
    boolean not(Closure condition) { !inside(condition, this) }
    boolean changeRequest() { run.changeRequest }
}

class StepsBlock extends Block {
    StepsBlock(Run run) { super(run) }
    Map usernamePassword(Map<String, String> binding) { binding }
    void withCredentials(List<Map<String, String>> bindings, Closure body) {
        def before = new LinkedHashMap(run.env)
        bindings.each {
            def login = run.credentials[it.credentialsId]
            if (login == null) throw new IllegalStateException("no credential ${it.credentialsId}")
            run.env[it.usernameVariable] = login[0]
            run.env[it.passwordVariable] = login[1]
        }
        inside(body, this)
        run.env = before
    }
    void sh(String script) {
        def process = new ProcessBuilder("/bin/sh", "-xe", "-c", script).inheritIO()
        process.environment().clear()
        process.environment().putAll(run.env)
        def code = process.start().waitFor()
        if (code != 0) {
            println("script returned exit code ${code}")
            System.exit(1)
        }
    }
}

def given = new groovy.json.JsonSlurper().parse(new File(args[1]))
def run = new Run(env: new LinkedHashMap(given.env), credentials: given.credentials, changeRequest: given.changeRequest)
def binding = new Binding()
binding.setVariable("pipeline", { Closure body ->
    body.delegate = new PipelineBlock(run)
    body.resolveStrategy = Closure.DELEGATE_ONLY
    body.call()
})
new GroovyShell(binding).evaluate(new File(args[0]))
println("SUCCESS")
